// Whether text is UTF-8, as the Unicode standard defines it (table 3-7): no overlong forms, no
// surrogates, nothing beyond U+10FFFF. A NUL byte counts as wrong too: no text file has one.
#pragma once

#include <cstddef>
#include <string_view>

namespace lithe::data {

// The offset of the first byte that does not belong, or text.size().
std::size_t first_bad_utf8(std::string_view text);

}  // namespace lithe::data
