// Where in an image the values of its changed version come from.
#pragma once

#include <cstddef>
#include <vector>

#include "lithe/component.h"
#include "lithe/rng.h"

namespace lithe::augment {

// An image's form; a crop gives the result another one.
struct Frame {
  std::size_t height, width, channels;
  std::size_t values() const { return height * width * channels; }
};

// Places in the result to places in the image: x' = xx x + xy y + x0, y' = yx x + yy y + y0.
struct Affine {
  double xx = 1, xy = 0, x0 = 0, yx = 0, yy = 1, y0 = 0;

  // The map that does `inner` and then this one.
  Affine of(const Affine& inner) const;
  // Only moves by whole pixels, and mirrors.
  bool is_whole() const;
};

// A step, prepared: what it does to a frame of a given size.
struct GeometricStep {
  enum class Kind { shift, rotate, scale, shear, flip, vertical_flip, crop, elastic } kind;
  double amount;    // pixels, radians or a share
  double p;         // probability
  Frame from, to;   // before and after it
  std::size_t pad;  // of a crop

  // One draw; the number of random words it takes is always the same.
  Affine draw(Rng& rng) const;
};

// Whether a component is one of these.
bool is_geometric(const Component& step);
// Throws Error(usage) for a crop that is larger than the padded image.
GeometricStep make_geometric(const Component& step, const Frame& frame);

}  // namespace lithe::augment
