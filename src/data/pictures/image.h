// What the library does with single pictures (lithe/image.h) besides what is public. Nothing here
// makes or takes an empty image.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lithe/image.h"

namespace lithe::data {

// In another size: where a side becomes shorter each pixel is the average of the stretch it covers,
// where it becomes longer it lies between its neighbours (linear), exactly rounded.
Image scale(const Image& image, std::size_t height, std::size_t width);

// The image scaled to the largest size within height x width that keeps its proportions, centred;
// the rest has the colour of the image's border (the median, for each channel).
Image fit(const Image& image, std::size_t height, std::size_t width);

// A grey image's ink (light on dark) as MNIST has it: its bounding box scaled to 5/7 of height x
// width, and moved so that its centre of mass is in the middle. An image without ink is fitted as
// it is.
Image center_ink(const Image& image, std::size_t height, std::size_t width);

// By ITU-R BT.601, as JPEG has it.
std::uint8_t luminance(const std::uint8_t* rgb);

// Of a grey image: whether the border, half of it or more, is lighter than middle grey: ink on
// paper, where MNIST has white on black.
bool is_dark_on_light(const Image& image);
void invert(Image& image);

}  // namespace lithe::data
