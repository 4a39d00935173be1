// Grey pictures: read from PNG files of any kind, made to fit a network's input, written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace lithe::data {

// Rows from the top, 0 is black and 255 white. Nothing below makes or takes an empty image.
struct GreyImage {
  std::size_t height = 0, width = 0;
  std::vector<std::uint8_t> pixels;  // height * width of them
};

// Colours become their luminance; what is transparent shows a white page behind it. Throws
// Error(data) for a file that is not a whole PNG or has more than `pixel_limit` pixels (checked
// before memory is asked for), and Error(io) for one that cannot be read.
GreyImage read_png(const std::filesystem::path& path,
                   std::size_t pixel_limit = std::size_t{1} << 26);

// Writes atomically. Throws Error(io).
void write_png(const std::filesystem::path& path, const GreyImage& image);

// The image scaled to the largest size within height x width that keeps its proportions, each pixel
// the average of the area it covers, centred; the rest has the colour of the image's border.
GreyImage fit(const GreyImage& image, std::size_t height, std::size_t width);

// The image's ink (light on dark) as MNIST has it: its bounding box scaled to 5/7 of height x
// width, and moved so that its centre of mass is in the middle. An image without ink is fitted as
// it is.
GreyImage center_ink(const GreyImage& image, std::size_t height, std::size_t width);

// Whether the border, half of it or more, is lighter than middle grey: ink on paper, where MNIST
// has white on black.
bool is_dark_on_light(const GreyImage& image);
void invert(GreyImage& image);

}  // namespace lithe::data
