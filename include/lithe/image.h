// One picture: read from a file, brought to the size that a network takes, written.
//
//   const auto photo = lithe::read_image("photo.jpg", 1);  // 1 channel: grey
//   const auto small = lithe::resize(photo, 28, 28, lithe::Resize::crop);
//   lithe::write_png("small.png", small);
//
// lithe/images.h reads folders of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "lithe/dataset.h"

namespace lithe {

// Rows from the top; of a pixel one channel (0 is black and 255 white), or red, green and blue.
struct Image {
  std::size_t height = 0, width = 0;
  std::vector<std::uint8_t> pixels;  // height * width * channels of them
  std::size_t channels = 1;
};

// `channels`: 1, 3, or 0 for as many as the file has. Colours become grey by their luminance, what
// is transparent shows a white page behind it, 16 bits become 8, CMYK (which is taken to be
// Adobe's, 255 meaning no ink) becomes red, green and blue. A JPEG that says it is stored turned or
// mirrored is put upright. Of an animation it is the first frame. Throws Error(io) where the file
// cannot be read, and Error(data) for what is no PNG, JPEG, WebP, GIF or BMP, for a damaged file,
// and for more than `max_pixels` pixels, which is checked before memory is asked for.
Image read_image(const std::filesystem::path& path, std::size_t channels = 0,
                 std::uint64_t max_pixels = std::uint64_t{1} << 26);

// Grey or colours. Replaces an older file only when the new one is safely on disk. Throws
// Error(io).
void write_png(const std::filesystem::path& path, const Image& image);

// Brought to height x width; see Resize. Ink leaves an image of that size where it is. Throws
// Error(usage) for a size of 0, an image without pixels, and for ink where the image is not grey.
Image resize(const Image& image, std::size_t height, std::size_t width, Resize how);

// In 1 or 3 channels: grey by the luminance of ITU-R BT.601, as JPEG has it.
Image with_channels(Image image, std::size_t channels);

// A row of a data set as an image; nothing where its rows are not images of bytes in 1 or 3
// channels.
std::optional<Image> image_at(const Dataset& data, const Features& features, std::size_t row);

}  // namespace lithe
