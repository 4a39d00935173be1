#include "augment/resample.h"

#include <algorithm>
#include <type_traits>

namespace lithe::augment {

namespace {

constexpr std::uint32_t kOne = 256;  // a pixel, in the units of places

template <typename Pixel>
void add_border(const Pixel* image, const Frame& frame, Pixel* bordered) {
  const std::size_t row = frame.width * frame.channels;
  const std::size_t stride = (frame.width + 3) * frame.channels;
  Pixel* to = std::fill_n(bordered, stride, Pixel{0});
  for (std::size_t y = 0; y < frame.height; ++y) {
    to = std::fill_n(to, frame.channels, Pixel{0});
    to = std::copy_n(image + y * row, row, to);
    to = std::fill_n(to, 2 * frame.channels, Pixel{0});
  }
  std::fill_n(to, 2 * stride, Pixel{0});
}

// A line of places in the bordered image, from -1 to one beyond its last pixel.
void find_places(const Frame& from, std::size_t width, double y, const Affine& map,
                 const Displacements& d, const float* dx, const float* dy, std::int32_t* places) {
  const auto one = static_cast<float>(kOne);
  const auto xx = static_cast<float>(map.xx) * one, yx = static_cast<float>(map.yx) * one;
  // One for the border, a half to round.
  const auto x0 = static_cast<float>(map.xy * y + map.x0 + 1) * one + 0.5F;
  const auto y0 = static_cast<float>(map.yy * y + map.y0 + 1) * one + 0.5F;
  const float last_x = static_cast<float>(from.width + 1) * one;
  const float last_y = static_cast<float>(from.height + 1) * one;
  const auto lxx = static_cast<float>(d.linear.xx) * one,
             lxy = static_cast<float>(d.linear.xy) * one;
  const auto lyx = static_cast<float>(d.linear.yx) * one,
             lyy = static_cast<float>(d.linear.yy) * one;
  for (std::size_t i = 0; i < width; ++i) {
    const auto at = static_cast<float>(static_cast<std::int32_t>(i));
    float px = xx * at + x0, py = yx * at + y0;
    if (dx != nullptr) {
      px += lxx * dx[i] + lxy * dy[i];
      py += lyx * dx[i] + lyy * dy[i];
    }
    // In this order, so that what is no number is 0 as well.
    px = px > 0 ? px : 0, py = py > 0 ? py : 0;
    px = px < last_x ? px : last_x, py = py < last_y ? py : last_y;
    places[i] = static_cast<std::int32_t>(px);
    places[width + i] = static_cast<std::int32_t>(py);
  }
}

std::uint8_t mix(const std::uint8_t* top, const std::uint8_t* bottom, std::size_t next,
                 std::uint32_t x, std::uint32_t y) {
  // Both lines in one word, 16 bits each.
  const std::uint32_t left = top[0] + (std::uint32_t{bottom[0]} << 16);
  const std::uint32_t right = top[next] + (std::uint32_t{bottom[next]} << 16);
  const std::uint32_t both = left * (kOne - x) + right * x;
  return static_cast<std::uint8_t>(
      ((both & 0xffff) * (kOne - y) + (both >> 16) * y + kOne * kOne / 2) / (kOne * kOne));
}

float mix(const float* top, const float* bottom, std::size_t next, std::uint32_t x,
          std::uint32_t y) {
  const float fx = static_cast<float>(x) / kOne, fy = static_cast<float>(y) / kOne;
  const float above = top[0] + (top[next] - top[0]) * fx;
  const float below = bottom[0] + (bottom[next] - bottom[0]) * fx;
  return above + (below - above) * fy;
}

// kChannels: how many there are, if the compiler is to know it, otherwise 0.
template <std::size_t kChannels, typename Pixel>
void read_line(const Pixel* bordered, std::size_t stride, std::size_t given, std::size_t width,
               const std::int32_t* places, Pixel* output) {
  const std::size_t channels = kChannels > 0 ? kChannels : given;
  for (std::size_t i = 0; i < width; ++i) {
    const auto x = static_cast<std::uint32_t>(places[i]);
    const auto y = static_cast<std::uint32_t>(places[width + i]);
    const Pixel* const at = bordered + y / kOne * stride + x / kOne * channels;
    for (std::size_t c = 0; c < channels; ++c)
      output[i * channels + c] = mix(at + c, at + stride + c, channels, x % kOne, y % kOne);
  }
}

}  // namespace

template <typename Pixel>
void move_whole(const Pixel* image, const Frame& from, Pixel* output, const Frame& to,
                const Affine& map) {
  const auto x0 = static_cast<std::int64_t>(map.x0), y0 = static_cast<std::int64_t>(map.y0);
  const auto width = static_cast<std::int64_t>(from.width);
  const auto height = static_cast<std::int64_t>(from.height);
  const std::int64_t step = map.xx > 0 ? 1 : -1;
  // Columns of the result that lie inside the image.
  const auto wide = static_cast<std::int64_t>(to.width);
  const std::int64_t first = std::clamp<std::int64_t>(step > 0 ? -x0 : x0 - width + 1, 0, wide);
  const std::int64_t end = std::clamp<std::int64_t>(step > 0 ? width - x0 : x0 + 1, first, wide);
  for (std::size_t y = 0; y < to.height; ++y) {
    Pixel* const line = output + y * to.width * to.channels;
    const std::int64_t row = (map.yy > 0 ? 1 : -1) * static_cast<std::int64_t>(y) + y0;
    if (row < 0 || row >= height || first == end) {
      std::fill_n(line, to.width * to.channels, Pixel{0});
      continue;
    }
    const auto channels = static_cast<std::int64_t>(to.channels);
    const Pixel* const source = image + row * width * channels;
    std::fill_n(line, first * channels, Pixel{0});
    if (step > 0)
      std::copy_n(source + (first + x0) * channels, (end - first) * channels,
                  line + first * channels);
    else
      for (std::int64_t x = first; x < end; ++x)
        std::copy_n(source + (x0 - x) * channels, channels, line + x * channels);
    std::fill_n(line + end * channels, (wide - end) * channels, Pixel{0});
  }
}

template <typename Pixel>
void resample(const Pixel* image, const Frame& from, Pixel* output, const Frame& to,
              const Affine& map, const Displacements& displacements, Pixel* bordered,
              std::int32_t* places) {
  add_border(image, from, bordered);
  const std::size_t channels = from.channels;
  const auto read = channels == 1   ? read_line<1, Pixel>
                    : channels == 3 ? read_line<3, Pixel>
                                    : read_line<0, Pixel>;
  for (std::size_t y = 0; y < to.height; ++y) {
    const bool displaced = displacements.x != nullptr;
    find_places(from, to.width, static_cast<double>(y), map, displacements,
                displaced ? displacements.x + y * displacements.stride : nullptr,
                displaced ? displacements.y + y * displacements.stride : nullptr, places);
    read(bordered, (from.width + 3) * channels, channels, to.width, places,
         output + y * to.width * channels);
  }
}

template void move_whole(const std::uint8_t*, const Frame&, std::uint8_t*, const Frame&,
                         const Affine&);
template void move_whole(const float*, const Frame&, float*, const Frame&, const Affine&);
template void resample(const std::uint8_t*, const Frame&, std::uint8_t*, const Frame&,
                       const Affine&, const Displacements&, std::uint8_t*, std::int32_t*);
template void resample(const float*, const Frame&, float*, const Frame&, const Affine&,
                       const Displacements&, float*, std::int32_t*);

}  // namespace lithe::augment
