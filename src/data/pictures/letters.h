// The letters of a contact sheet (lithe/contact_sheet.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "lithe/image.h"

namespace lithe::data {

// Writes ASCII text in capital and small letters of 5 x 7 dots, each `dot` pixels wide and high,
// 6 x 9 dots a character, with its upper left corner there. What lies outside is cut off.
void draw_text(Image& page, const std::string& text, std::size_t top, std::size_t left,
               std::size_t dot, std::uint8_t level);
std::size_t character_count(const std::string& text);

}  // namespace lithe::data
