// The geometric steps, as maps from positions in the result to positions in the image.
#pragma once

#include <cstddef>
#include <vector>

#include "lithe/component.h"
#include "lithe/rng.h"

namespace lithe::augment {

// The size of an image; a crop changes it.
struct Frame {
  std::size_t height, width, channels;
  std::size_t values() const { return height * width * channels; }
};

// From positions in the result to positions in the image: x' = xx x + xy y + x0, y' = yx x + yy y +
// y0.
struct Affine {
  double xx = 1, xy = 0, x0 = 0, yx = 0, yy = 1, y0 = 0;

  // The map that applies `inner` and then this one.
  Affine of(const Affine& inner) const;
  // Whether it only moves by whole pixels and mirrors.
  bool is_whole() const;
};

// A step for a frame of a given size.
struct GeometricStep {
  enum class Kind { shift, rotate, scale, shear, flip, vertical_flip, crop, elastic } kind;
  double amount;    // pixels, radians or a fraction
  double p;         // probability
  Frame from, to;   // before and after it
  std::size_t pad;  // of a crop

  // Draws a map. Always uses the same number of random words.
  Affine draw(Rng& rng) const;
};

// Whether a component is a geometric step.
bool is_geometric(const Component& step);
// Throws Error(usage) for a crop that is larger than the padded image.
GeometricStep make_geometric(const Component& step, const Frame& frame);

}  // namespace lithe::augment
