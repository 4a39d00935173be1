#include "data/tables/npy_text.h"

#include <fmt/format.h>

#include <bit>

#include "data/tables/utf8.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

std::uint32_t character_at(const std::uint8_t* bytes, bool big) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[big ? i : 3 - i];
  return value;
}

void append_utf8(std::string& text, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) return put(0xC0 | c >> 6), put(0x80 | (c & 63));
  if (c < 0x10000) return put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
  put(0xF0 | (c >> 18 & 7)), put(0x80 | (c >> 12 & 63)), put(0x80 | (c >> 6 & 63));
  put(0x80 | (c & 63));
}

}  // namespace

std::string text_at(const NpyArray& array, std::size_t row) {
  const std::uint8_t* const begin = array.elements.data() + row * array.element_bytes;
  const bool big = array.swapped == (std::endian::native == std::endian::little);
  std::string text;
  bool whole = true;
  if (array.kind == 'S')
    text.assign(begin, begin + array.element_bytes);
  else
    for (std::size_t at = 0; at < array.element_bytes; at += 4) {
      const std::uint32_t c = character_at(begin + at, big);
      whole = whole && c <= 0x10FFFF;
      append_utf8(text, c);
    }
  text.erase(text.find_last_not_of('\0') + 1);
  if (!whole || first_bad_utf8(text) != text.size())
    throw Error(ErrorKind::data, "a text is not UTF-8",
                fmt::format("{}, row {}", array.name, row + 1),
                "array.astype(str) before it is saved");
  if (text.empty())
    throw Error(ErrorKind::data, "a text is empty", fmt::format("{}, row {}", array.name, row + 1),
                "leave out the rows without an answer");
  if (text.size() > kLongestText)
    throw Error(ErrorKind::data, fmt::format("a text of {} bytes", text.size()),
                fmt::format("{}, row {}", array.name, row + 1),
                fmt::format("texts of at most {} bytes", kLongestText));
  return text;
}

}  // namespace lithe::data
