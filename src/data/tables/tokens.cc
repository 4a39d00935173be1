#include "data/tables/tokens.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/tables/utf8.h"
#include "lithe/error.h"

namespace lithe::text {

std::string place(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return fmt::format("line {}, byte {} of it", line, offset - begin + 1);
}

std::string shown(std::string_view token) {
  const auto first = static_cast<unsigned char>(token.empty() ? '\0' : token[0]);
  if (token.size() == 1 && (first < 0x20 || first >= 0x7F)) return fmt::format("U+{:04X}", first);
  return fmt::format("'{}'", token);
}

void check_utf8(std::string_view text, const std::string& where, const std::string& remedy) {
  const std::size_t bad = data::first_bad_utf8(text);
  if (bad == text.size()) return;
  throw Error(ErrorKind::data,
              fmt::format("the byte {} (0x{:02X}) is not UTF-8 text", bad + 1,
                          static_cast<unsigned char>(text[bad])),
              fmt::format("{}, {}", where, place(text, bad)), remedy);
}

}  // namespace lithe::text
