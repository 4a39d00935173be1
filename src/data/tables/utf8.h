// Whether text is UTF-8, as the Unicode standard defines it (table 3-7): no overlong forms, no
// surrogates, nothing beyond U+10FFFF. A NUL byte counts as wrong too: no text file has one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lithe::data {

// The offset of the first byte that does not belong, or text.size().
std::size_t first_bad_utf8(std::string_view text);

// Whether the bytes begin with a byte order mark of UTF-16.
bool is_utf16(std::string_view bytes);
// Such bytes as UTF-8, without the mark. What is no character becomes U+FFFD.
std::string from_utf16(std::string_view bytes);

}  // namespace lithe::data
