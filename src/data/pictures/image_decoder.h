// A reader of one kind of picture files. A new kind is a file with a class of this and its maker,
// and a row in image_file.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "data/pictures/image_file.h"
#include "lithe/image.h"

namespace lithe::data {

using FileBytes = std::span<const std::uint8_t>;

class ImageDecoder {
 public:
  ImageDecoder() = default;
  ImageDecoder(const ImageDecoder&) = delete;
  ImageDecoder& operator=(const ImageDecoder&) = delete;
  virtual ~ImageDecoder() = default;

  // What the header says; asks for no memory that depends on it. `file` must live until read().
  // Both throw Error(data) that names the file as `name`.
  virtual ImageInfo open(FileBytes file, const std::string& name) = 0;
  // Fills `to`, which has the size that open() told, 1 or 3 channels, and all its pixels. It may
  // ask for memory in proportion to its pixels.
  virtual void read(const std::string& name, Image& to) = 0;
};

std::unique_ptr<ImageDecoder> make_png_decoder();
std::unique_ptr<ImageDecoder> make_jpeg_decoder();
std::unique_ptr<ImageDecoder> make_webp_decoder();
std::unique_ptr<ImageDecoder> make_gif_decoder();
std::unique_ptr<ImageDecoder> make_bmp_decoder();

// The remedy for a picture where nothing else is known to help.
inline constexpr std::string_view kLeaveOut = "--skip-broken leaves it out";
[[noreturn]] void refuse_picture(const std::string& problem, const std::string& name,
                                 const std::string& remedy = {});

// Sets a pixel, by its luminance where the image is grey.
void put_pixel(Image& to, std::size_t pixel, const std::uint8_t* rgb);

}  // namespace lithe::data
