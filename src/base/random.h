// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", SC 2011), by way of Random123.
//
// A number is a pure function of (seed, stream, index): no state, so any order and any thread gives
// the same ones. A stream is one use of randomness (the shuffle of epoch 3, the weights of layer
// 2); `make_stream` keeps uses apart.
#pragma once

#include <Random123/philox.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace lithe::base {

// The uses of randomness. Values are part of the reproducible behaviour: append, never renumber.
enum class Use : std::uint32_t {
  initialize = 1,
  shuffle = 2,
  generate = 3,
  sample = 4,
  split = 5,
  disturb = 6,
  augment = 7,
  spoil = 8,
  environment = 9,
  act = 10,
  replay = 11
};

// A stream from a use and the number of the thing that it is used for (layer, epoch, image).
constexpr std::uint64_t make_stream(Use use, std::uint32_t number) {
  return (static_cast<std::uint64_t>(use) << 32) | number;
}

// Four independent uniform 32-bit words.
inline std::array<std::uint32_t, 4> random_block(std::uint64_t seed, std::uint64_t stream,
                                                 std::uint64_t index) {
  r123::Philox4x32::ctr_type counter = {
      {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
       static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)}};
  r123::Philox4x32::key_type key = {
      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
  const auto block = r123::Philox4x32{}(counter, key);
  return {block[0], block[1], block[2], block[3]};
}

// From any source of words, which has next().
// Uniform in [0, bound), bound > 0, without bias (Lemire, "Fast random integer generation in an
// interval", 2019).
template <class Source>
std::uint32_t draw_below(Source& source, std::uint32_t bound) {
  std::uint64_t product = std::uint64_t{source.next()} * bound;
  if (static_cast<std::uint32_t>(product) < bound) {
    const std::uint32_t threshold = (0u - bound) % bound;
    while (static_cast<std::uint32_t>(product) < threshold)
      product = std::uint64_t{source.next()} * bound;
  }
  return static_cast<std::uint32_t>(product >> 32);
}

// Uniform in [0, 1), 53 random bits.
template <class Source>
double draw_uniform(Source& source) {
  const std::uint64_t high = source.next() >> 5, low = source.next() >> 6;
  return static_cast<double>((high << 26) | low) * 0x1p-53;
}

// Reads a stream in order, as a convenience for code that has no natural index.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}

  std::uint32_t next() {
    if (used_ == words_.size()) refill();
    return words_[used_++];
  }

  std::uint32_t below(std::uint32_t bound) { return draw_below(*this, bound); }
  double uniform() { return draw_uniform(*this); }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

  // Standard normal (Box and Muller, 1958).
  double normal() {
    if (have_spare_) {
      have_spare_ = false;
      return spare_;
    }
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    const double angle = 2.0 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    have_spare_ = true;
    return radius * std::cos(angle);
  }

 private:
  // Several blocks at once: their rounds do not wait for one another.
  void refill() {
    for (std::size_t block = 0; block < words_.size() / 4; ++block) {
      const auto four = random_block(seed_, stream_, index_++);
      for (std::size_t i = 0; i < 4; ++i) words_[4 * block + i] = four[i];
    }
    used_ = 0;
  }

  std::uint64_t seed_, stream_, index_ = 0;
  std::array<std::uint32_t, 32> words_;
  std::size_t used_ = 32;
  bool have_spare_ = false;
  double spare_ = 0;
};

}  // namespace lithe::base
