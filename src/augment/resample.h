// Reading an image at places between its pixels.
#pragma once

#include <cstddef>
#include <cstdint>

#include "augment/geometry.h"

namespace lithe::augment {

// The image with zeros around it: one pixel before, two behind, in both directions.
inline std::size_t bordered_values(const Frame& image) {
  return (image.height + 3) * (image.width + 3) * image.channels;
}

// Moves by whole pixels and mirrors, as `map` says; copies of what lies inside, 0 else.
template <typename Pixel>
void move_whole(const Pixel* image, const Frame& from, Pixel* output, const Frame& to,
                const Affine& map);

// Displacements that come on top of a map, in pixels: null, or for every row of the result `stride`
// values each. `linear` is the map that they are displacements under.
struct Displacements {
  const float *x = nullptr, *y = nullptr;
  std::size_t stride = 0;
  Affine linear;
};

// Bilinear, with places rounded to a 256th of a pixel; bytes are rounded to the nearest.
// `bordered`: bordered_values() of scratch. `places`: 2 x to.width of it.
template <typename Pixel>
void resample(const Pixel* image, const Frame& from, Pixel* output, const Frame& to,
              const Affine& map, const Displacements& displacements, Pixel* bordered,
              std::int32_t* places);

}  // namespace lithe::augment
