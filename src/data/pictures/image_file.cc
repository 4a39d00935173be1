#include "data/pictures/image_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/file.h"
#include "data/pictures/image.h"
#include "data/pictures/image_decoder.h"
#include "data/pictures/orientation.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

using namespace std::string_view_literals;

// Whether these characters stand in the file, `at` bytes from its start.
bool has(FileBytes file, std::size_t at, std::string_view text) {
  return file.size() >= at + text.size() &&
         std::equal(text.begin(), text.end(), file.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

// "BM" alone could be the start of a text: what follows the sizes is the length of the header.
bool is_bmp(FileBytes file) {
  return has(file, 0, "BM") && file.size() > 18 && file[14] >= 12 && file[14] <= 124 &&
         has(file, 15, "\0\0\0"sv);
}

struct Format {
  bool (*fits)(FileBytes file);
  std::unique_ptr<ImageDecoder> (*make)();
};

constexpr Format kFormats[] = {
    {[](FileBytes f) { return has(f, 0, "\x89PNG\r\n\x1a\n"); }, make_png_decoder},
    {[](FileBytes f) { return has(f, 0, "\xff\xd8\xff"); }, make_jpeg_decoder},
    {[](FileBytes f) { return has(f, 0, "RIFF") && has(f, 8, "WEBP"); }, make_webp_decoder},
    {[](FileBytes f) { return has(f, 0, "GIF87a") || has(f, 0, "GIF89a"); }, make_gif_decoder},
    {is_bmp, make_bmp_decoder}};

// What is known, but not read.
struct OtherFormat {
  const char* name;
  std::size_t at;
  std::string_view start;
};

constexpr OtherFormat kOthers[] = {{"a HEIC picture", 4, "ftyphei"},
                                   {"a HEIC picture", 4, "ftyphev"},
                                   {"a HEIC picture", 4, "ftypmif1"},
                                   {"a HEIC picture", 4, "ftypmsf1"},
                                   {"an AVIF picture", 4, "ftypavi"},
                                   {"a TIFF picture, or a camera's raw file", 0, "II*\0"sv},
                                   {"a TIFF picture, or a camera's raw file", 0, "MM\0*"sv},
                                   {"a JPEG XL picture", 0, "\xff\x0a"},
                                   {"a JPEG XL picture", 0, "\0\0\0\x0cJXL "sv},
                                   {"a JPEG 2000 picture", 0, "\0\0\0\x0cjP  "sv},
                                   {"a Photoshop file", 0, "8BPS"},
                                   {"an icon", 0, "\0\0\1\0"sv},
                                   {"a PDF document", 0, "%PDF"},
                                   {"an SVG drawing", 0, "<svg"},
                                   {"a web page", 0, "<!DOCTYPE"},
                                   {"a web page", 0, "<html"},
                                   {"an XML file", 0, "<?xml"}};

[[noreturn]] void refuse_format(FileBytes file, const std::string& name) {
  if (file.empty()) refuse_picture("the file is empty", name);
  for (const OtherFormat& other : kOthers)
    if (has(file, other.at, other.start))
      refuse_picture(fmt::format("{}, which is not read", other.name), name,
                     fmt::format("save it as JPEG or PNG (of HEIC, `heif-convert` of Debian's "
                                 "libheif-examples does); {}",
                                 kLeaveOut));
  refuse_picture("not a PNG, JPEG, WebP, GIF or BMP picture", name);
}

std::unique_ptr<ImageDecoder> decoder_for(FileBytes file, const std::string& name) {
  for (const Format& format : kFormats)
    if (format.fits(file)) return format.make();
  refuse_format(file, name);
}

ImageInfo open(ImageDecoder& decoder, FileBytes file, const std::string& name,
               std::uint64_t max_pixels) {
  const ImageInfo info = decoder.open(file, name);
  if (info.height == 0 || info.width == 0) refuse_picture("the picture has no pixels", name);
  if (info.width > max_pixels / info.height)
    refuse_picture(
        fmt::format("the picture is {} high and {} wide, more than the {} pixels allowed",
                    info.height, info.width, max_pixels),
        name, "--max-pixels allows more");
  return info;
}

}  // namespace

void refuse_picture(const std::string& problem, const std::string& name,
                    const std::string& remedy) {
  throw Error(ErrorKind::data, problem, name, remedy.empty() ? std::string(kLeaveOut) : remedy);
}

void put_pixel(Image& to, std::size_t pixel, const std::uint8_t* rgb) {
  if (to.channels == 3)
    std::copy_n(rgb, 3, &to.pixels[3 * pixel]);
  else
    to.pixels[pixel] = luminance(rgb);
}

ImageInfo image_info(FileBytes file, const std::string& name, std::uint64_t max_pixels) {
  ImageInfo info = open(*decoder_for(file, name), file, name, max_pixels);
  if (swaps_sides(orientation_of(file))) std::swap(info.height, info.width);
  return info;
}

Image decode_image(FileBytes file, const std::string& name, std::size_t channels,
                   std::uint64_t max_pixels) {
  const std::unique_ptr<ImageDecoder> decoder = decoder_for(file, name);
  const ImageInfo info = open(*decoder, file, name, max_pixels);
  Image image{info.height, info.width, {}, channels == 0 ? info.channels : channels};
  image.pixels.resize(info.height * info.width * image.channels);
  decoder->read(name, image);
  return upright(std::move(image), orientation_of(file));
}

}  // namespace lithe::data

namespace lithe {

Image read_image(const std::filesystem::path& path, std::size_t channels,
                 std::uint64_t max_pixels) {
  return data::decode_image(base::read_file(path, data::kLargestImageFile), path.string(), channels,
                            max_pixels);
}

}  // namespace lithe
