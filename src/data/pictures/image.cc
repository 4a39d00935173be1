#include "data/pictures/image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "data/pictures/border.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

[[maybe_unused]] bool is_sound(const Image& image) {
  return image.height > 0 && image.width > 0 && image.channels > 0 &&
         image.pixels.size() == image.height * image.width * image.channels;
}

std::uint8_t border_colour(const Image& image, std::size_t channel) {
  return border_median(image.height, image.width, [&](std::size_t y, std::size_t x) {
    return image.pixels[(y * image.width + x) * image.channels + channel];
  });
}

// What a pixel of a line is made of: neighbouring old pixels, from `first` on, by whole-number
// weights, which make the average exact.
struct Mixture {
  std::size_t first;
  std::vector<std::uint64_t> weights;
};

struct Line {
  std::vector<Mixture> pixels;
  std::uint64_t total;  // of each pixel's weights
};

// In units of 1/to of an old pixel, a new one covers the stretch [index * from, (index + 1) *
// from).
Line shrink(std::size_t from, std::size_t to) {
  Line line{{}, from};
  for (std::size_t i = 0; i < to; ++i) {
    const std::uint64_t begin = std::uint64_t{i} * from, end = begin + from;
    Mixture mixture{begin / to, {}};
    for (std::uint64_t pixel = mixture.first; pixel <= (end - 1) / to; ++pixel)
      mixture.weights.push_back(std::min(end, (pixel + 1) * to) - std::max(begin, pixel * to));
    line.pixels.push_back(std::move(mixture));
  }
  return line;
}

// In units of 1/(2 to) of an old pixel, the middle of a new one lies (2 i + 1) from - to behind the
// middle of the first old one.
Line grow(std::size_t from, std::size_t to) {
  const auto unit = static_cast<std::int64_t>(2 * to);
  Line line{{}, 2 * to};
  for (std::size_t i = 0; i < to; ++i) {
    const auto at = static_cast<std::int64_t>((2 * i + 1) * from) - static_cast<std::int64_t>(to);
    const std::int64_t before = at < 0 ? 0 : at / unit;
    const auto rest = static_cast<std::uint64_t>(std::max<std::int64_t>(at - before * unit, 0));
    Mixture mixture{static_cast<std::size_t>(before), {2 * to - rest}};
    if (mixture.first + 1 < from)
      mixture.weights.push_back(rest);
    else
      mixture.weights.front() = 2 * to;
    line.pixels.push_back(std::move(mixture));
  }
  return line;
}

Line mix_line(std::size_t from, std::size_t to) {
  return to <= from ? shrink(from, to) : grow(from, to);
}

std::uint8_t mix(const Image& image, const Mixture& rows, const Mixture& columns,
                 std::uint64_t total, std::size_t channel) {
  std::uint64_t sum = 0;
  for (std::size_t y = 0; y < rows.weights.size(); ++y) {
    const std::uint8_t* const line =
        &image.pixels[((rows.first + y) * image.width + columns.first) * image.channels + channel];
    std::uint64_t row = 0;
    for (std::size_t x = 0; x < columns.weights.size(); ++x)
      row += columns.weights[x] * line[x * image.channels];
    sum += rows.weights[y] * row;
  }
  return static_cast<std::uint8_t>((sum + total / 2) / total);
}

// `side` scaled by to / from, rounded, but never to nothing.
std::size_t scaled(std::size_t side, std::size_t to, std::size_t from) {
  return std::max<std::size_t>((side * to + from / 2) / from, 1);
}

// The middle of the image that has the proportions of height x width.
Image middle_of(const Image& image, std::size_t height, std::size_t width) {
  const bool is_tall = image.height * width > image.width * height;
  Image result{is_tall ? std::min(image.height, scaled(image.width, height, width)) : image.height,
               is_tall ? image.width : std::min(image.width, scaled(image.height, width, height)),
               {},
               image.channels};
  const std::size_t top = (image.height - result.height) / 2;
  const std::size_t left = (image.width - result.width) / 2;
  for (std::size_t y = 0; y < result.height; ++y) {
    const auto row = image.pixels.begin() +
                     static_cast<std::ptrdiff_t>(((top + y) * image.width + left) * image.channels);
    result.pixels.insert(result.pixels.end(), row,
                         row + static_cast<std::ptrdiff_t>(result.width * image.channels));
  }
  return result;
}

}  // namespace

Image scale(const Image& image, std::size_t height, std::size_t width) {
  assert(is_sound(image) && height > 0 && width > 0);
  const Line rows = mix_line(image.height, height), columns = mix_line(image.width, width);
  const std::uint64_t total = rows.total * columns.total;
  Image result{height, width, {}, image.channels};
  result.pixels.reserve(height * width * image.channels);
  for (const Mixture& row : rows.pixels)
    for (const Mixture& column : columns.pixels)
      for (std::size_t c = 0; c < image.channels; ++c)
        result.pixels.push_back(mix(image, row, column, total, c));
  return result;
}

Image fit(const Image& image, std::size_t height, std::size_t width) {
  assert(is_sound(image) && height > 0 && width > 0);
  // The side that is the tighter takes the whole length; the other follows.
  const bool is_tall = image.height * width > image.width * height;
  const std::size_t inner_height = is_tall ? height : scaled(image.height, width, image.width);
  const std::size_t inner_width = is_tall ? scaled(image.width, height, image.height) : width;
  const Image inner = scale(image, inner_height, inner_width);
  Image result{height, width, std::vector<std::uint8_t>(height * width * image.channels),
               image.channels};
  for (std::size_t c = 0; c < image.channels; ++c) {
    const std::uint8_t border = border_colour(image, c);
    for (std::size_t i = c; i < result.pixels.size(); i += image.channels)
      result.pixels[i] = border;
  }
  const std::size_t top = (height - inner_height) / 2, left = (width - inner_width) / 2;
  for (std::size_t y = 0; y < inner_height; ++y)
    std::copy_n(&inner.pixels[y * inner_width * image.channels], inner_width * image.channels,
                &result.pixels[((top + y) * width + left) * image.channels]);
  return result;
}

std::uint8_t luminance(const std::uint8_t* rgb) {
  return static_cast<std::uint8_t>((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
}

bool is_dark_on_light(const Image& image) { return border_colour(image, 0) > 127; }

void invert(Image& image) {
  for (std::uint8_t& pixel : image.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
}

}  // namespace lithe::data

namespace lithe {

namespace {

void check_resize(const Image& image, std::size_t height, std::size_t width, Resize how) {
  const std::size_t pixels = image.height * image.width;
  if (height == 0 || width == 0 || pixels == 0 || image.pixels.size() != pixels * image.channels)
    throw Error(
        ErrorKind::usage,
        fmt::format("an image of {}x{}x{} with {} values cannot be brought to {}x{}", image.height,
                    image.width, image.channels, image.pixels.size(), height, width),
        "resize", "sizes of at least 1, and as many values as the image has pixels");
  if (how == Resize::ink && image.channels != 1)
    throw Error(ErrorKind::usage, "ink is found in grey images alone", "resize",
                "with_channels(image, 1), or another Resize");
}

}  // namespace

Image resize(const Image& image, std::size_t height, std::size_t width, Resize how) {
  check_resize(image, height, width, how);
  using namespace data;
  const bool fits = image.height == height && image.width == width;
  if (how == Resize::ink && is_dark_on_light(image)) {
    Image light = image;
    invert(light);
    return fits ? light : center_ink(light, height, width);
  }
  if (fits) return image;
  switch (how) {
    case Resize::crop:
      return scale(middle_of(image, height, width), height, width);
    case Resize::pad:
      return fit(image, height, width);
    case Resize::stretch:
      return scale(image, height, width);
    case Resize::ink:
      return center_ink(image, height, width);
  }
  return image;
}

Image with_channels(Image image, std::size_t channels) {
  if (channels != 1 && channels != 3)
    throw Error(ErrorKind::usage, fmt::format("an image cannot have {} channels", channels),
                "with_channels", "1 for grey, or 3 for colours");
  if (image.channels == channels) return image;
  Image result{image.height, image.width, {}, channels};
  result.pixels.reserve(image.height * image.width * channels);
  for (std::size_t i = 0; i < image.pixels.size(); i += image.channels)
    if (channels == 1)
      result.pixels.push_back(data::luminance(&image.pixels[i]));
    else
      result.pixels.insert(result.pixels.end(), 3, image.pixels[i]);
  return result;
}

}  // namespace lithe
