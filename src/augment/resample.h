// Samples an image at positions between its pixels.
#pragma once

#include <cstddef>
#include <cstdint>

#include "augment/geometry.h"

namespace lithe::augment {

// The image with a border of zeros: one pixel before and two after it, in both directions.
inline std::size_t bordered_values(const Frame& image) {
  return (image.height + 3) * (image.width + 3) * image.channels;
}

// Applies a map that only moves by whole pixels and mirrors. Values outside the image are 0.
template <typename Pixel>
void move_whole(const Pixel* image, const Frame& from, Pixel* output, const Frame& to,
                const Affine& map);

// Displacements in pixels that are added to a map: null, or `stride` values for each row of the
// result. `linear` is the map that transforms them.
struct Displacements {
  const float *x = nullptr, *y = nullptr;
  std::size_t stride = 0;
  Affine linear;
};

// Bilinear, with positions rounded to 1/256 of a pixel; bytes are rounded to the nearest.
// `bordered`: bordered_values() of scratch. `places`: 2 x to.width of it.
template <typename Pixel>
void resample(const Pixel* image, const Frame& from, Pixel* output, const Frame& to,
              const Affine& map, const Displacements& displacements, Pixel* bordered,
              std::int32_t* places);

}  // namespace lithe::augment
