#include "data/pictures/letters.h"

#include <algorithm>

#include "data/pictures/dot_font.h"

namespace lithe::data {

namespace {

constexpr bool is_complete(const FontStrip& strip) {
  return std::ranges::all_of(strip.rows, [&](std::string_view row) {
    return row.size() == kGlyphPitch * strip.characters.size();
  });
}
static_assert(std::ranges::all_of(kFont, is_complete));

// Whether a glyph has ink there. What has no glyph is a box.
bool has_ink(char character, std::size_t row, std::size_t column) {
  for (const FontStrip& strip : kFont) {
    const std::size_t at = strip.characters.find(character);
    if (at != std::string_view::npos) return strip.rows[row][at * kGlyphPitch + column] == '#';
  }
  return row < 7 && (row % 6 == 0 || column % 4 == 0);
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }  // UTF-8

// A square of this side, as far as it lies on the page.
void fill(Image& page, std::size_t top, std::size_t left, std::size_t side, std::uint8_t level) {
  for (std::size_t y = top; y < std::min(top + side, page.height); ++y)
    for (std::size_t x = left; x < std::min(left + side, page.width); ++x)
      std::fill_n(&page.pixels[(y * page.width + x) * page.channels], page.channels, level);
}

}  // namespace

std::size_t character_count(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

void draw_text(Image& page, const std::string& text, std::size_t top, std::size_t left,
               std::size_t dot, std::uint8_t level) {
  for (const char character : text) {
    if (continues(character)) continue;
    for (std::size_t y = 0; y < kGlyphRows; ++y)
      for (std::size_t x = 0; x < kGlyphColumns; ++x)
        if (has_ink(character, y, x)) fill(page, top + y * dot, left + x * dot, dot, level);
    left += kGlyphPitch * dot;
  }
}

}  // namespace lithe::data
