// PNG, by libpng.
#include <fmt/format.h>
#include <png.h>

#include <cassert>

#include "base/file.h"
#include "data/pictures/image_decoder.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

// libpng's simplified interface: it returns failures where the other one jumps over destructors.
class Png final : public ImageDecoder {
 public:
  Png() { image.version = PNG_IMAGE_VERSION; }
  ~Png() override { png_image_free(&image); }

  ImageInfo open(FileBytes file, const std::string& name) override {
    if (!png_image_begin_read_from_memory(&image, file.data(), file.size()))
      refuse_picture(fmt::format("not a PNG picture that can be read: {}", image.message), name);
    const bool colours = (image.format & PNG_FORMAT_FLAG_COLOR) != 0;
    return {image.height, image.width, colours ? std::size_t{3} : std::size_t{1}};
  }

  void read(const std::string& name, Image& to) override {
    image.format = to.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // or 16 bits would mean other greys than 8 do
    const png_color white = {255, 255, 255};
    if (!png_image_finish_read(&image, &white, to.pixels.data(), 0, nullptr))
      refuse_picture(fmt::format("the picture is damaged or cut short: {}", image.message), name);
  }

  png_image image{};
};

}  // namespace

std::unique_ptr<ImageDecoder> make_png_decoder() { return std::make_unique<Png>(); }

std::vector<std::uint8_t> encode_png(const Image& image) {
  assert(image.height > 0 && image.pixels.size() == image.height * image.width * image.channels);
  Png png;
  png.image.width = static_cast<png_uint_32>(image.width);
  png.image.height = static_cast<png_uint_32>(image.height);
  png.image.format = image.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png.image);
  std::vector<std::uint8_t> file(size);
  if (!png_image_write_to_memory(&png.image, file.data(), &size, 0, image.pixels.data(), 0,
                                 nullptr))
    refuse_picture(fmt::format("the picture cannot be written: {}", png.image.message), "");
  file.resize(size);
  return file;
}

}  // namespace lithe::data

namespace lithe {

void write_png(const std::filesystem::path& path, const Image& image) {
  if (image.pixels.empty() || image.pixels.size() != image.height * image.width * image.channels ||
      (image.channels != 1 && image.channels != 3))
    throw Error(ErrorKind::usage,
                fmt::format("an image of {}x{}x{} with {} values cannot be written", image.height,
                            image.width, image.channels, image.pixels.size()),
                path.string(), "1 or 3 channels, and as many values as the image has pixels");
  const std::vector<std::uint8_t> file = data::encode_png(image);
  const std::span<const std::uint8_t> whole(file);
  base::write_file_atomically(path, std::span(&whole, 1));
}

}  // namespace lithe
