// Names of stages, short enough for tables and pictures.
#pragma once

#include <string>
#include <string_view>

namespace lithe::report {

// "2 dense(10, sigmoid): gradient of its input + 1 dense(30, sigmoid): back through the activation"
// becomes "2 dense: gradient of its input + 1 dense: back through the activation", and what is
// longer than `most` characters ends in dots.
inline std::string short_stage_name(std::string_view name, std::size_t most) {
  std::string result;
  int depth = 0;
  for (const char c : name) {
    if (c == '(') ++depth;
    if (depth == 0) result += c;
    if (c == ')') --depth;
  }
  if (result.size() <= most) return result;
  result.resize(most - 2);
  return result + "..";
}

}  // namespace lithe::report
