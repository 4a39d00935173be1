// Pictures of bytes: made to fit a network's input, and read from and written to files
// (image_file.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lithe/images.h"

namespace lithe::data {

// Rows from the top; of a pixel one channel (0 is black and 255 white), or red, green and blue.
// Nothing below makes or takes an empty image.
struct Image {
  std::size_t height = 0, width = 0;
  std::vector<std::uint8_t> pixels;  // height * width * channels of them
  std::size_t channels = 1;
};

// In another size: where a side becomes shorter each pixel is the average of the stretch it covers,
// where it becomes longer it lies between its neighbours (linear), exactly rounded.
Image scale(const Image& image, std::size_t height, std::size_t width);

// Brought to height x width; see Resize. Ink asks for a grey image, and leaves one of that size
// where it is.
Image resize(const Image& image, std::size_t height, std::size_t width, Resize how);

// The image scaled to the largest size within height x width that keeps its proportions, centred;
// the rest has the colour of the image's border (the median, for each channel).
Image fit(const Image& image, std::size_t height, std::size_t width);

// A grey image's ink (light on dark) as MNIST has it: its bounding box scaled to 5/7 of height x
// width, and moved so that its centre of mass is in the middle. An image without ink is fitted as
// it is.
Image center_ink(const Image& image, std::size_t height, std::size_t width);

// In 1 or 3 channels: grey by the luminance of ITU-R BT.601, as JPEG has it.
Image with_channels(Image image, std::size_t channels);
std::uint8_t luminance(const std::uint8_t* rgb);

// Of a grey image: whether the border, half of it or more, is lighter than middle grey: ink on
// paper, where MNIST has white on black.
bool is_dark_on_light(const Image& image);
void invert(Image& image);

}  // namespace lithe::data
