// Brings a picture of a digit to the form of MNIST's images: see center_ink in image.h.
#include <algorithm>
#include <cmath>

#include "data/pictures/image.h"

namespace lithe::data {

namespace {

// Fainter pixels are background.
constexpr std::uint8_t kInk = 64;

struct Box {
  std::size_t top, left, bottom, right;  // bottom and right excluded
};

Box ink_box(const Image& image) {
  Box box{image.height, image.width, 0, 0};
  for (std::size_t y = 0; y < image.height; ++y)
    for (std::size_t x = 0; x < image.width; ++x)
      if (image.pixels[y * image.width + x] >= kInk) {
        box.top = std::min(box.top, y), box.bottom = std::max(box.bottom, y + 1);
        box.left = std::min(box.left, x), box.right = std::max(box.right, x + 1);
      }
  return box;
}

Image crop(const Image& image, Box box) {
  Image result{box.bottom - box.top, box.right - box.left, {}};
  for (std::size_t y = box.top; y < box.bottom; ++y) {
    const auto row = image.pixels.begin() + static_cast<std::ptrdiff_t>(y * image.width);
    result.pixels.insert(result.pixels.end(), row + static_cast<std::ptrdiff_t>(box.left),
                         row + static_cast<std::ptrdiff_t>(box.right));
  }
  return result;
}

// A black frame, so that fitting a crop into a square pads with black.
Image frame(const Image& image) {
  Image result{image.height + 2, image.width + 2, {}};
  result.pixels.assign(result.height * result.width, 0);
  for (std::size_t y = 0; y < image.height; ++y)
    std::copy_n(image.pixels.begin() + static_cast<std::ptrdiff_t>(y * image.width), image.width,
                result.pixels.begin() + static_cast<std::ptrdiff_t>((y + 1) * result.width + 1));
  return result;
}

// The distance of the centre of mass from the centre of the image along an axis.
std::ptrdiff_t offset(const Image& image, bool vertical) {
  double mass = 0, moment = 0;
  for (std::size_t y = 0; y < image.height; ++y)
    for (std::size_t x = 0; x < image.width; ++x) {
      const double value = image.pixels[y * image.width + x];
      mass += value;
      moment += value * static_cast<double>(vertical ? y : x);
    }
  const double middle = static_cast<double>((vertical ? image.height : image.width) - 1) / 2;
  return mass > 0 ? std::lround(middle - moment / mass) : 0;
}

}  // namespace

Image center_ink(const Image& image, std::size_t height, std::size_t width) {
  const Box box = ink_box(image);
  if (box.bottom == 0) return fit(image, height, width);
  const std::size_t inner_height = std::max<std::size_t>(1, height * 5 / 7);
  const std::size_t inner_width = std::max<std::size_t>(1, width * 5 / 7);
  const Image small = fit(frame(crop(image, box)), inner_height, inner_width);
  const auto down = static_cast<std::ptrdiff_t>((height - inner_height) / 2) + offset(small, true);
  const auto right = static_cast<std::ptrdiff_t>((width - inner_width) / 2) + offset(small, false);
  Image result{height, width, std::vector<std::uint8_t>(height * width, 0)};
  for (std::size_t y = 0; y < small.height; ++y)
    for (std::size_t x = 0; x < small.width; ++x) {
      const std::ptrdiff_t to_y = static_cast<std::ptrdiff_t>(y) + down;
      const std::ptrdiff_t to_x = static_cast<std::ptrdiff_t>(x) + right;
      if (to_y < 0 || to_x < 0 || to_y >= static_cast<std::ptrdiff_t>(height) ||
          to_x >= static_cast<std::ptrdiff_t>(width))
        continue;
      result.pixels[static_cast<std::size_t>(to_y) * width + static_cast<std::size_t>(to_x)] =
          small.pixels[y * small.width + x];
    }
  return result;
}

}  // namespace lithe::data
