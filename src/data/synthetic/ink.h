// Draws a pen's trace as an image, framed as the digits of MNIST are.
#pragma once

#include <cstddef>
#include <cstdint>

#include "data/synthetic/pen.h"

namespace lithe::data {

inline constexpr std::size_t kGlyphSide = 28;
inline constexpr std::size_t kGlyphPixels = kGlyphSide * kGlyphSide;

struct Pen {
  float radius;          // in pixels, in the middle of the glyph
  float grow_x, grow_y;  // by which part of itself the radius grows a pixel to the right, or down
  float softness;        // pixels that an edge takes from white to black
};

Pen choose_pen(const GlyphForm& form, Rng& rng);

// White ink on black, the glyph scaled to fill a box of 20 x 20 pixels, and the box placed so that
// the ink's centre is pixel (14, 14) of the 28 x 28 that are written.
void draw_ink(const Trace& trace, const Pen& pen, std::uint8_t* pixels);

}  // namespace lithe::data
