// Text of lines with a label before each, in a column of its own.
#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <utility>

namespace lithe::app {

template <typename... Values>
void labelled_line(std::string& text, const char* label, fmt::format_string<Values...> format,
                   Values&&... values) {
  fmt::format_to(std::back_inserter(text), "{:13}", label);
  fmt::format_to(std::back_inserter(text), format, std::forward<Values>(values)...);
  text += '\n';
}

}  // namespace lithe::app
