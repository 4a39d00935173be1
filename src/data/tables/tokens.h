// Text divided into its tokens.
#pragma once

#include <string>
#include <string_view>

#include "lithe/text_unit.h"

namespace lithe::text {

// The bytes of the character that UTF-8 text begins with.
inline std::size_t character_bytes(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) ++bytes;
  return bytes;
}

// Letters beyond ASCII are taken for letters, all of them.
inline bool is_of_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || c == '\'' || c == '_';
}

inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Calls work with each token, a view of the text, which is UTF-8 unless the tokens are bytes. Ends
// where work says false.
template <class Work>
void for_each_token(std::string_view text, TextUnit unit, const Work& work) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    if (unit == TextUnit::chars) {
      end = at + character_bytes(text.substr(at));
    } else if (unit == TextUnit::words) {
      if (is_space(text[at])) {
        ++at;
        continue;
      }
      if (is_of_word(text[at]))
        while (end < text.size() && is_of_word(text[end])) ++end;
    }
    if (!work(text.substr(at, end - at))) return;
    at = end;
  }
}

// "line 3, column 7": bytes are counted.
std::string place(std::string_view text, std::size_t offset);
// A token in quotes, with what cannot be seen as its code: "'a'", "U+0009".
std::string shown(std::string_view token);
// Throws Error(data) that names the place; `remedy`: what to do about it.
void check_utf8(
    std::string_view text, const std::string& where,
    const std::string& remedy = "the text saved as UTF-8, or --text bytes, which takes any file");

}  // namespace lithe::text
