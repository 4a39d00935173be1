#include "augment/pixels.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <type_traits>

namespace lithe::augment {

namespace {

constexpr std::size_t kQuantiles = 4096;

// The standard normal number below which a share `p` of all lie, by bisection.
double normal_quantile(double p) {
  double low = -10, high = 10;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(-middle / std::numbers::sqrt2) / 2 < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

std::vector<float> noise_quantiles(double deviation) {
  std::vector<float> result(kQuantiles);
  for (std::size_t i = 0; i < kQuantiles; ++i)
    result[i] = static_cast<float>(
        deviation * normal_quantile((static_cast<double>(i) + 0.5) / double{kQuantiles}));
  return result;
}

// Of a byte's noise, in 256ths: more than a byte can show is enough.
std::vector<std::int32_t> in_steps(const std::vector<float>& quantiles) {
  std::vector<std::int32_t> result;
  for (const float noise : quantiles)
    result.push_back(static_cast<std::int32_t>(std::lround(std::clamp(noise, -1e3F, 1e3F) * 256)));
  return result;
}

// The sum to the nearest byte.
std::uint8_t sum(std::uint8_t value, std::int32_t noise) {
  return static_cast<std::uint8_t>(
      std::clamp((std::int32_t{value} * 256 + noise + 128) >> 8, 0, 255));
}
float sum(float value, float noise) { return value + noise; }

}  // namespace

PixelStep::PixelStep(const Component& step, const Frame& frame, double divisor) : frame_(frame) {
  if (step.name == "cutout")
    size_ = step.integer("size");
  else
    quantiles_ = noise_quantiles(step.number("std") * divisor), steps_ = in_steps(quantiles_);
}

void PixelStep::run(std::uint8_t* image, Rng& rng) const {
  size_ > 0 ? cut_out(image, rng) : add_noise(image, steps_.data(), rng);
}
void PixelStep::run(float* image, Rng& rng) const {
  size_ > 0 ? cut_out(image, rng) : add_noise(image, quantiles_.data(), rng);
}

// The square's middle is anywhere in the image, so that a part of it may lie outside.
template <typename Pixel>
void PixelStep::cut_out(Pixel* image, Rng& rng) const {
  const auto range = [&](std::size_t pixels) {
    const auto size = static_cast<std::int64_t>(size_), end = static_cast<std::int64_t>(pixels);
    const std::int64_t begin =
        static_cast<std::int64_t>(std::uint64_t{rng.next()} * pixels >> 32) - size / 2;
    return std::pair(static_cast<std::size_t>(std::max<std::int64_t>(0, begin)),
                     static_cast<std::size_t>(std::min(end, begin + size)));
  };
  const auto [top, bottom] = range(frame_.height);
  const auto [left, right] = range(frame_.width);
  for (std::size_t y = top; y < bottom; ++y)
    std::fill_n(image + (y * frame_.width + left) * frame_.channels,
                (right - left) * frame_.channels, Pixel{0});
}

// Twelve random bits choose a quantile.
template <typename Pixel, typename Noise>
void PixelStep::add_noise(Pixel* image, const Noise* noise, Rng& rng) const {
  const auto add = [&](const std::array<std::uint32_t, 4>& block, Pixel* to, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k)
      to[k] = sum(to[k], noise[block[k / 2] >> (16 * (k % 2) + 4) & 0xfff]);
  };
  const std::size_t values = frame_.values();
  std::size_t i = 0;
  // Two blocks at once: their rounds do not wait for one another.
  for (; i + 16 <= values; i += 16) {
    const auto first = rng.block(), second = rng.block();
    add(first, image + i, 8);
    add(second, image + i + 8, 8);
  }
  for (; i < values; i += 8) add(rng.block(), image + i, std::min<std::size_t>(8, values - i));
}

}  // namespace lithe::augment
