#include "data/synthetic/noise_sets.h"

#include <algorithm>

#include "data/synthetic/generated.h"

namespace lithe::data {

namespace {

constexpr std::size_t kSide = 28;

std::size_t draw_uniform(std::size_t, Rng& rng, std::uint8_t* pixels) {
  for (std::size_t i = 0; i < kSide * kSide; ++i)
    pixels[i] = static_cast<std::uint8_t>(rng.below(256));
  return 0;
}

std::size_t draw_gaussian(std::size_t, Rng& rng, std::uint8_t* pixels) {
  for (std::size_t i = 0; i < kSide * kSide; ++i)
    pixels[i] =
        static_cast<std::uint8_t>(std::clamp(normal_float(rng, 127.5f, 64) + 0.5f, 0.0f, 255.0f));
  return 0;
}

}  // namespace

Dataset generate_uniform_noise(std::uint64_t seed, std::size_t train, std::size_t test) {
  return generate({"uniform-noise", kSide, {"noise"}, 4, draw_uniform}, seed, train, test);
}

Dataset generate_gaussian_noise(std::uint64_t seed, std::size_t train, std::size_t test) {
  return generate({"gaussian-noise", kSide, {"noise"}, 5, draw_gaussian}, seed, train, test);
}

}  // namespace lithe::data
