#include "data/image.h"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <cassert>
#include <span>
#include <string>

#include "base/file.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 28;

// libpng's simplified interface: it returns failures where the other one jumps over destructors.
class Png {
 public:
  Png() { image.version = PNG_IMAGE_VERSION; }
  Png(const Png&) = delete;
  Png& operator=(const Png&) = delete;
  ~Png() { png_image_free(&image); }

  png_image image{};
};

[[noreturn]] void refuse(const std::string& problem, const std::filesystem::path& path) {
  throw Error(ErrorKind::data, problem, path.string());
}

[[maybe_unused]] bool is_sound(const GreyImage& image) {
  return image.height > 0 && image.width > 0 && image.pixels.size() == image.height * image.width;
}

// The median of the outermost pixels.
std::uint8_t border_colour(const GreyImage& image) {
  std::vector<std::uint8_t> border;
  for (std::size_t y = 0; y < image.height; ++y) {
    const bool is_edge = y == 0 || y + 1 == image.height;
    const std::size_t step = is_edge ? 1 : std::max<std::size_t>(image.width - 1, 1);
    for (std::size_t x = 0; x < image.width; x += step)
      border.push_back(image.pixels[y * image.width + x]);
  }
  const auto middle = border.begin() + static_cast<std::ptrdiff_t>(border.size() / 2);
  std::nth_element(border.begin(), middle, border.end());
  return *middle;
}

// A pixel of a line drawn with `to` pixels instead of `from` covers, in units of 1/to of an old
// pixel, the stretch [index * from, (index + 1) * from); whole numbers make the average exact.
struct Cover {
  std::uint64_t begin, end, to;

  Cover(std::size_t index, std::size_t from, std::size_t to_pixels)
      : begin(std::uint64_t{index} * from), end(begin + from), to(to_pixels) {}
  std::size_t first() const { return begin / to; }
  std::size_t last() const { return (end - 1) / to; }
  std::uint64_t weight(std::size_t pixel) const {
    return std::min(end, (pixel + 1) * to) - std::max(begin, pixel * to);
  }
};

std::uint8_t average(const GreyImage& image, const Cover& rows, const Cover& columns) {
  std::uint64_t sum = 0;
  for (std::size_t y = rows.first(); y <= rows.last(); ++y) {
    std::uint64_t row = 0;
    for (std::size_t x = columns.first(); x <= columns.last(); ++x)
      row += columns.weight(x) * image.pixels[y * image.width + x];
    sum += rows.weight(y) * row;
  }
  const std::uint64_t area = (rows.end - rows.begin) * (columns.end - columns.begin);
  return static_cast<std::uint8_t>((sum + area / 2) / area);
}

// `side` scaled by to / from, rounded, but never to nothing.
std::size_t scaled(std::size_t side, std::size_t to, std::size_t from) {
  return std::max<std::size_t>((side * to + from / 2) / from, 1);
}

}  // namespace

GreyImage read_png(const std::filesystem::path& path, std::size_t pixel_limit) {
  const std::vector<std::uint8_t> file = base::read_file(path, kLargestFile);
  Png png;
  if (!png_image_begin_read_from_memory(&png.image, file.data(), file.size()))
    refuse(fmt::format("not a PNG picture that can be read: {}", png.image.message), path);
  const std::uint64_t pixels = std::uint64_t{png.image.width} * png.image.height;
  if (pixels > pixel_limit)
    refuse(fmt::format("the picture has {} x {} pixels, more than the {} allowed", png.image.width,
                       png.image.height, pixel_limit),
           path);
  png.image.format = PNG_FORMAT_GRAY;
  png.image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // or 16 bits would mean other greys than 8 do
  GreyImage image{png.image.height, png.image.width, std::vector<std::uint8_t>(pixels)};
  const png_color white = {255, 255, 255};
  if (!png_image_finish_read(&png.image, &white, image.pixels.data(), 0, nullptr))
    refuse(fmt::format("the picture is damaged or cut short: {}", png.image.message), path);
  return image;
}

void write_png(const std::filesystem::path& path, const GreyImage& image) {
  assert(is_sound(image));
  Png png;
  png.image.width = static_cast<png_uint_32>(image.width);
  png.image.height = static_cast<png_uint_32>(image.height);
  png.image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png.image);
  std::vector<std::uint8_t> file(size);
  if (!png_image_write_to_memory(&png.image, file.data(), &size, 0, image.pixels.data(), 0,
                                 nullptr))
    refuse(fmt::format("the picture cannot be written: {}", png.image.message), path);
  const std::span<const std::uint8_t> whole(file.data(), size);
  base::write_file_atomically(path, std::span(&whole, 1));
}

GreyImage fit(const GreyImage& image, std::size_t height, std::size_t width) {
  assert(is_sound(image) && height > 0 && width > 0);
  // The side that is the tighter takes the whole length; the other follows.
  const bool is_tall = image.height * width > image.width * height;
  const std::size_t inner_height = is_tall ? height : scaled(image.height, width, image.width);
  const std::size_t inner_width = is_tall ? scaled(image.width, height, image.height) : width;
  GreyImage result{height, width, std::vector(height * width, border_colour(image))};
  const std::size_t top = (height - inner_height) / 2, left = (width - inner_width) / 2;
  for (std::size_t y = 0; y < inner_height; ++y)
    for (std::size_t x = 0; x < inner_width; ++x)
      result.pixels[(top + y) * width + left + x] =
          average(image, Cover(y, image.height, inner_height), Cover(x, image.width, inner_width));
  return result;
}

bool is_dark_on_light(const GreyImage& image) { return border_colour(image) > 127; }

void invert(GreyImage& image) {
  for (std::uint8_t& pixel : image.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
}

}  // namespace lithe::data
