// Corrupts images so that they show none of the classes any more. A model can learn from them as
// outliers where there are no others (negative data augmentation: Sinha and others, 2021).
//
// An image is changed in one of these ways:
//   warped    every pixel moved by a smooth random field, far enough to lose the shape
//   doubled   combined with a rotated, scaled, shifted copy of itself: the maximum, the minimum or
//             the difference of both
//   cut       one side of a random line replaced by such a copy
//   spliced   one side of a random line replaced by another image
//   shuffled  cut into squares, which are permuted
// All but the last keep brightness, edges and texture, so that only the shape differs from known
// images. Many copies are shifted by whole pixels and rotated by right angles, so that they stay as
// sharp as the image.
#pragma once

#include <cstddef>
#include <cstdint>

#include "data/synthetic/pen.h"

namespace lithe::data {

struct ImageSize {
  std::size_t height, width, channels;
  std::size_t values() const { return height * width * channels; }
};

// Images of bytes with interleaved channels. `other` is another image of the same size, of another
// class if there is one. `to` must be neither.
void corrupt(const std::uint8_t* image, const std::uint8_t* other, const ImageSize& size, Rng& rng,
             std::uint8_t* to);

}  // namespace lithe::data
