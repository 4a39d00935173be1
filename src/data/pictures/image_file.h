// PNG, JPEG, WebP, GIF and BMP files, told apart by their first bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lithe/image.h"

namespace lithe::data {

inline constexpr std::uint64_t kMostPixels = std::uint64_t{1} << 26;
inline constexpr std::size_t kLargestImageFile = std::size_t{1} << 28;  // bytes

// What a file's header says. Colour palettes and CMYK count as colours, as does all of WebP and
// GIF.
struct ImageInfo {
  std::size_t height, width, channels;
};

// Both throw Error(data), which names the file as `name`, where read_image does (lithe/image.h).
ImageInfo image_info(std::span<const std::uint8_t> file, const std::string& name,
                     std::uint64_t max_pixels = kMostPixels);
// Height and width are those of the image put upright (orientation.h).
Image decode_image(std::span<const std::uint8_t> file, const std::string& name,
                   std::size_t channels = 0, std::uint64_t max_pixels = kMostPixels);

std::vector<std::uint8_t> encode_png(const Image& image);  // grey or colours

}  // namespace lithe::data
