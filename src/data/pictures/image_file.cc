#include "data/pictures/image_file.h"

#include <fmt/format.h>
#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <memory>

#include "base/file.h"
#include "data/pictures/image.h"
#include "data/pictures/orientation.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

constexpr std::array<std::uint8_t, 8> kPngStart = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::array<std::uint8_t, 3> kJpegStart = {0xff, 0xd8, 0xff};

using Bytes = std::span<const std::uint8_t>;

[[noreturn]] void refuse(const std::string& problem, const std::string& name) {
  throw Error(ErrorKind::data, problem, name);
}

template <std::size_t kCount>
bool begins_with(Bytes file, const std::array<std::uint8_t, kCount>& start) {
  return file.size() >= kCount && std::equal(start.begin(), start.end(), file.begin());
}

void check_size(const ImageInfo& info, const std::string& name, std::uint64_t max_pixels) {
  if (info.height == 0 || info.width == 0) refuse("the picture has no pixels", name);
  if (info.width > max_pixels / info.height)
    throw Error(ErrorKind::data,
                fmt::format("the picture is {} high and {} wide, more than the {} pixels allowed",
                            info.height, info.width, max_pixels),
                name, "--max-pixels allows more");
}

// libpng's simplified interface: it returns failures where the other one jumps over destructors.
class Png {
 public:
  Png() { image.version = PNG_IMAGE_VERSION; }
  Png(const Png&) = delete;
  Png& operator=(const Png&) = delete;
  ~Png() { png_image_free(&image); }

  ImageInfo open(Bytes file, const std::string& name) {
    if (!png_image_begin_read_from_memory(&image, file.data(), file.size()))
      refuse(fmt::format("not a PNG picture that can be read: {}", image.message), name);
    const bool colours = (image.format & PNG_FORMAT_FLAG_COLOR) != 0;
    return {image.height, image.width, colours ? std::size_t{3} : std::size_t{1}};
  }

  void read(const std::string& name, Image& to) {
    image.format = to.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // or 16 bits would mean other greys than 8 do
    const png_color white = {255, 255, 255};
    if (!png_image_finish_read(&image, &white, to.pixels.data(), 0, nullptr))
      refuse(fmt::format("the picture is damaged or cut short: {}", image.message), name);
  }

  png_image image{};
};

class Jpeg {
 public:
  Jpeg() : handle_(tjInitDecompress(), &tjDestroy) {
    if (handle_ == nullptr) throw Error(ErrorKind::data, "the JPEG decoder does not start");
  }

  ImageInfo open(Bytes file, const std::string& name) {
    int width = 0, height = 0, subsampling = -1;
    file_ = file;
    const int status = tjDecompressHeader3(handle_.get(), file.data(), file.size(), &width, &height,
                                           &subsampling, &space_);
    // Of a subsampling without a name of its own it complains, yet decodes it.
    const bool is_unnamed = width > 0 && height > 0 && space_ >= 0 && subsampling < 0;
    if (status != 0 && !is_unnamed)
      refuse(fmt::format("not a JPEG picture that can be read: {}", message()), name);
    return {static_cast<std::size_t>(std::max(height, 0)),
            static_cast<std::size_t>(std::max(width, 0)),
            space_ == TJCS_GRAY ? std::size_t{1} : std::size_t{3}};
  }

  void read(const std::string& name, Image& to) {
    const bool inks = space_ == TJCS_CMYK || space_ == TJCS_YCCK;
    if (!inks) return decode(name, to.channels == 1 ? TJPF_GRAY : TJPF_RGB, to, to.pixels);
    std::vector<std::uint8_t> cmyk(to.height * to.width * 4);
    decode(name, TJPF_CMYK, to, cmyk);
    for (std::size_t i = 0; i < to.height * to.width; ++i) mix_inks(&cmyk[4 * i], to, i);
  }

 private:
  std::string message() { return tjGetErrorStr2(handle_.get()); }

  void decode(const std::string& name, int format, const Image& form,
              std::vector<std::uint8_t>& to) {
    // At the first warning it stops, so that the message is that of the first.
    bool is_whole = decode_once(format, form, to, TJFLAG_STOPONWARNING);
    if (!is_whole && is_harmless()) is_whole = decode_once(format, form, to, 0) || is_harmless();
    if (!is_whole) refuse(fmt::format("the picture is damaged or cut short: {}", message()), name);
  }

  bool decode_once(int format, const Image& form, std::vector<std::uint8_t>& to, int flags) {
    // The limit is on the passes of a progressive file, whose number a hostile one could drive up.
    return tjDecompress2(handle_.get(), file_.data(), file_.size(), to.data(),
                         static_cast<int>(form.width), 0, static_cast<int>(form.height), format,
                         TJFLAG_LIMITSCANS | flags) == 0;
  }

  // Bytes too many between two segments do no harm, and cameras write some.
  bool is_harmless() {
    return tjGetErrorCode(handle_.get()) == TJERR_WARNING &&
           message().find("extraneous bytes") != std::string::npos;
  }

  // 255 is no ink.
  static void mix_inks(const std::uint8_t* cmyk, Image& to, std::size_t pixel) {
    std::array<std::uint8_t, 3> rgb;
    for (std::size_t c = 0; c < 3; ++c)
      rgb[c] = static_cast<std::uint8_t>((unsigned{cmyk[c]} * cmyk[3] + 127) / 255);
    if (to.channels == 3)
      std::copy(rgb.begin(), rgb.end(), &to.pixels[3 * pixel]);
    else
      to.pixels[pixel] = luminance(rgb.data());
  }

  std::unique_ptr<void, int (*)(void*)> handle_;
  Bytes file_;
  int space_ = -1;
};

// As the decoder gives it, whichever way up.
template <class Decoder>
Image decode(Bytes file, const std::string& name, std::size_t channels, std::uint64_t max_pixels) {
  Decoder decoder;
  const ImageInfo info = decoder.open(file, name);
  check_size(info, name, max_pixels);
  Image image{info.height, info.width, {}, channels == 0 ? info.channels : channels};
  image.pixels.resize(info.height * info.width * image.channels);
  decoder.read(name, image);
  return image;
}

template <class Decoder>
ImageInfo inspect(Bytes file, const std::string& name, std::uint64_t max_pixels) {
  Decoder decoder;
  const ImageInfo info = decoder.open(file, name);
  check_size(info, name, max_pixels);
  return info;
}

[[noreturn]] void refuse_format(Bytes file, const std::string& name) {
  refuse(file.empty() ? "the file is empty" : "neither a PNG nor a JPEG picture", name);
}

}  // namespace

ImageInfo image_info(Bytes file, const std::string& name, std::uint64_t max_pixels) {
  if (begins_with(file, kPngStart)) return inspect<Png>(file, name, max_pixels);
  if (begins_with(file, kJpegStart)) {
    ImageInfo info = inspect<Jpeg>(file, name, max_pixels);
    if (swaps_sides(orientation_of(file))) std::swap(info.height, info.width);
    return info;
  }
  refuse_format(file, name);
}

Image decode_image(Bytes file, const std::string& name, std::size_t channels,
                   std::uint64_t max_pixels) {
  if (begins_with(file, kPngStart)) return decode<Png>(file, name, channels, max_pixels);
  if (begins_with(file, kJpegStart))
    return upright(decode<Jpeg>(file, name, channels, max_pixels), orientation_of(file));
  refuse_format(file, name);
}

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
    refuse(fmt::format("the picture cannot be written: {}", png.image.message), "");
  file.resize(size);
  return file;
}

}  // namespace lithe::data

namespace lithe {

Image read_image(const std::filesystem::path& path, std::size_t channels,
                 std::uint64_t max_pixels) {
  return data::decode_image(base::read_file(path, data::kLargestImageFile), path.string(), channels,
                            max_pixels);
}

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
