#include "data/tables/row_uses.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "lithe/error.h"

namespace lithe::data {

namespace {

constexpr std::string_view kLetters = "rtn";  // in the order of RowUse

}  // namespace

std::string print_uses(std::span<const RowUse> uses) {
  std::string text;
  for (std::size_t begin = 0, end = 0; begin < uses.size(); begin = end) {
    while (end < uses.size() && uses[end] == uses[begin]) ++end;
    text += fmt::format("{}{}", end - begin, kLetters[static_cast<std::size_t>(uses[begin])]);
  }
  return text;
}

std::vector<RowUse> parse_uses(const std::string& text, std::size_t rows) {
  std::vector<RowUse> uses;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    std::size_t count = 0;
    const auto [stop, error] = std::from_chars(at, end, count);
    const std::size_t use =
        error == std::errc{} && stop != end ? kLetters.find(*stop) : kLetters.npos;
    if (use == kLetters.npos || count > rows - uses.size())
      throw Error(ErrorKind::model,
                  fmt::format("'{:.60}' does not say the uses of {} rows", text, rows));
    uses.insert(uses.end(), count, static_cast<RowUse>(use));
    at = stop + 1;
  }
  if (uses.size() != rows)
    throw Error(ErrorKind::model,
                fmt::format("'{:.60}' does not say the uses of {} rows", text, rows));
  return uses;
}

}  // namespace lithe::data
