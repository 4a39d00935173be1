// What the tokens of a text are.
#pragma once

#include <string_view>

namespace lithe {

// Characters are those of Unicode (code points); a word is letters, digits and apostrophes
// together, or another sign alone, and the white space between words is lost.
enum class TextUnit { chars, bytes, words };
std::string_view name(TextUnit unit);
TextUnit parse_text_unit(std::string_view text);  // throws Error(usage)
std::string_view singular(TextUnit unit);         // "character"
std::string_view plural(TextUnit unit);           // "characters"

}  // namespace lithe
