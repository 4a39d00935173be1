// PNG and JPEG files, told apart by their first bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "data/pictures/image.h"

namespace lithe::data {

inline constexpr std::uint64_t kMostPixels = std::uint64_t{1} << 26;
inline constexpr std::size_t kLargestImageFile = std::size_t{1} << 28;  // bytes

// What a file's header says. Colour palettes and CMYK count as colours.
struct ImageInfo {
  std::size_t height, width, channels;
};

// Both throw Error(data), which names the file as `name`: for what is neither PNG nor JPEG, for a
// damaged file or one cut short, and for more than `max_pixels` pixels, which is checked before
// memory is asked for.
ImageInfo image_info(std::span<const std::uint8_t> file, const std::string& name,
                     std::uint64_t max_pixels = kMostPixels);
// `channels`: 1, 3, or 0 for as many as the file has. Colours become grey by their luminance, what
// is transparent shows a white page behind it, 16 bits become 8, CMYK (which is taken to be
// Adobe's, 255 meaning no ink) becomes red, green and blue. A JPEG that says it is stored turned or
// mirrored (orientation.h) is put upright, and its height and width are those that are seen then.
Image decode_image(std::span<const std::uint8_t> file, const std::string& name,
                   std::size_t channels = 0, std::uint64_t max_pixels = kMostPixels);

// The same of a file on disk. Throws Error(io) where it cannot be read.
Image read_image(const std::filesystem::path& path, std::size_t channels = 0,
                 std::uint64_t max_pixels = kMostPixels);

// Grey or colours. `write_png` writes atomically, and throws Error(io).
std::vector<std::uint8_t> encode_png(const Image& image);
void write_png(const std::filesystem::path& path, const Image& image);

}  // namespace lithe::data
