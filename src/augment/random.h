// The random numbers of one image at one time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/random.h"

namespace lithe::augment {

class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t time, std::uint32_t row)
      : seed_(seed),
        stream_(base::make_stream(base::Use::augment, row)),
        index_(time << kBlockBits) {}

  // Four words that were not given before.
  std::array<std::uint32_t, 4> block() { return base::random_block(seed_, stream_, index_++); }

  std::uint32_t word() {
    if (used_ == words_.size()) words_ = block(), used_ = 0;
    return words_[used_++];
  }
  // In [0, 1).
  double uniform() { return word() * 0x1p-32; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  // From `low` to `high`, both included.
  std::int64_t whole(std::int64_t low, std::int64_t high) {
    const auto count = static_cast<std::uint64_t>(high - low) + 1;
    return low + static_cast<std::int64_t>(count * word() >> 32);
  }

 private:
  static constexpr int kBlockBits = 26;  // an image uses fewer blocks than 2^26

  std::uint64_t seed_, stream_, index_;
  std::array<std::uint32_t, 4> words_{};
  std::size_t used_ = 4;
};

}  // namespace lithe::augment
