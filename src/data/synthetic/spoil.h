// Images that are made of known ones and show none of them: something to learn from what is unknown
// where there is nothing unknown at hand (negative data augmentation: Sinha and others, 2021).
//
// An image is changed in one of these ways:
//   warped    every pixel moved by a smooth random field, far enough to lose the shape
//   doubled   laid over a turned, scaled, shifted copy of itself: the lighter, the darker of both,
//             or the difference
//   cut       one side of a random line taken from such a copy
//   spliced   one side of a random line taken from another image
//   shuffled  cut into squares that change places
// All but the last keep what images are made of (brightness, edges, texture), so that nothing but
// the shape tells them from known ones. Many copies are moved by whole pixels and turned by
// right angles: they are as sharp as the image.
#pragma once

#include <cstddef>
#include <cstdint>

#include "data/synthetic/pen.h"

namespace lithe::data {

struct ImageSize {
  std::size_t height, width, channels;
  std::size_t values() const { return height * width * channels; }
};

// Bytes, a pixel's channels together. `other` is another image of the same size, of another class
// if there is one. `to` must be neither.
void spoil(const std::uint8_t* image, const std::uint8_t* other, const ImageSize& size, Rng& rng,
           std::uint8_t* to);

}  // namespace lithe::data
