#include "data/tables/utf8.h"

#include <cstdint>

namespace lithe::data {

namespace {

using Byte = unsigned char;

bool is_tail(Byte byte) { return (byte & 0xC0) == 0x80; }

// Bytes of the character that `text` begins with, 0 if it is none.
std::size_t character_length(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<Byte>(text[i]) : Byte{0};
  };
  const Byte first = at(0), second = at(1);
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (first >= 0xC2 && first <= 0xDF) return is_tail(second) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (first == 0xE0 && second < 0xA0) return 0;  // overlong
    if (first == 0xED && second > 0x9F) return 0;  // a surrogate
    return is_tail(second) && is_tail(at(2)) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (first == 0xF0 && second < 0x90) return 0;
    if (first == 0xF4 && second > 0x8F) return 0;
    return is_tail(second) && is_tail(at(2)) && is_tail(at(3)) ? 4 : 0;
  }
  return 0;
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    text += static_cast<char>(code);
    return;
  }
  if (code < 0x800) {
    text += static_cast<char>(0xC0 | (code >> 6));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0 | (code >> 12));
    tail(6);
  } else {
    text += static_cast<char>(0xF0 | (code >> 18));
    tail(12);
    tail(6);
  }
  tail(0);
}

}  // namespace

std::size_t first_bad_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = character_length(text.substr(at, 4));
    if (length == 0) return at;
    at += length;
  }
  return at;
}

bool is_utf16(std::string_view bytes) {
  const bool utf32 = bytes.starts_with(std::string_view("\xFF\xFE\0\0", 4));
  return (bytes.starts_with("\xFF\xFE") && !utf32) || bytes.starts_with("\xFE\xFF");
}

std::string from_utf16(std::string_view bytes) {
  const bool little = bytes.starts_with("\xFF\xFE");
  const auto unit = [&](std::size_t at) -> std::uint32_t {
    const auto first = static_cast<Byte>(bytes[at]), second = static_cast<Byte>(bytes[at + 1]);
    return little ? first | std::uint32_t{second} << 8 : second | std::uint32_t{first} << 8;
  };
  std::string text;
  text.reserve(bytes.size() / 2);
  for (std::size_t at = 2; at + 1 < bytes.size(); at += 2) {
    std::uint32_t code = unit(at);
    const bool leads = code >= 0xD800 && code < 0xDC00 && at + 3 < bytes.size();
    if (const std::uint32_t next = leads ? unit(at + 2) : 0; next >= 0xDC00 && next < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (next - 0xDC00);
      at += 2;
    } else if (code >= 0xD800 && code < 0xE000) {
      code = 0xFFFD;
    }
    append_utf8(text, code);
  }
  return text;
}

}  // namespace lithe::data
