// Images that are made of known ones and show none of them: something to learn from what is unknown
// where there is nothing unknown at hand (negative data augmentation: Sinha and others, 2021).
//
// Each image is changed by itself, in one of these ways:
//   warped    every pixel moved by a smooth random field, far enough to lose the shape
//   doubled   laid over a turned, scaled, shifted copy of itself: the lighter, the darker of both,
//             or the difference
//   cut       one side of a random line taken from such a copy
//   shuffled  cut into squares that change places
// The first three keep what an image is made of (brightness, edges, texture), so that nothing but
// the shape tells it from a known one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "data/pen.h"

namespace lithe::data {

struct ImageSize {
  std::size_t height, width, channels;
  std::size_t values() const { return height * width * channels; }
};

// Bytes, a pixel's channels together. `to` must not be `image`.
void spoil(const std::uint8_t* image, const ImageSize& size, Dice& dice, std::uint8_t* to);

}  // namespace lithe::data
