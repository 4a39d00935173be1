// Random numbers from a counter: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", SC 2011).
//
// A generator is made where it is needed and costs nothing to make: its numbers are a pure function
// of (seed, stream, position), so that neither the order of the work nor the number of threads
// changes them. Lithe's own streams begin at 2^32 (base/random.h); those below are yours.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lithe {

class Rng {
 public:
  // Reads the stream from `first_block` on. A block has four words of 32 bits.
  Rng(std::uint64_t seed, std::uint64_t stream, std::uint64_t first_block = 0)
      : Rng(seed, stream, first_block, kLowBits) {}

  // A stream that is divided among 2^32 steps, of which each draws as much as it likes: the first
  // 256 blocks of a step lie together, its other blocks behind those of all steps.
  static Rng of_step(std::uint64_t seed, std::uint64_t stream, std::uint64_t step) {
    return {seed, stream, step << kLowBits, 32 + kLowBits};
  }

  // A uniform word of 32 bits.
  std::uint32_t next() {
    if (used_ == current_.size()) {
      current_ = block();
      used_ = 0;
    }
    return current_[used_++];
  }

  // Four words at once: the next whole block. What next() has left of its own block stays.
  std::array<std::uint32_t, 4> block() {
    if (taken_ == filled_) refill();
    const std::uint32_t* words = words_.data() + std::size_t{4} * taken_++;
    return {words[0], words[1], words[2], words[3]};
  }
  // Blocks that were used since the beginning, the last one perhaps in part.
  std::uint64_t blocks() const { return made_ - filled_ + taken_; }

  // Uniform in [0, bound), bound > 0, without bias (Lemire, "Fast random integer generation in an
  // interval", 2019).
  std::uint32_t below(std::uint32_t bound) {
    std::uint64_t product = std::uint64_t{next()} * bound;
    if (static_cast<std::uint32_t>(product) < bound) {
      const std::uint32_t threshold = (0u - bound) % bound;
      while (static_cast<std::uint32_t>(product) < threshold)
        product = std::uint64_t{next()} * bound;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

  // Uniform in [0, 1), 53 random bits from two words.
  double uniform() {
    const std::uint64_t high = next() >> 5, low = next() >> 6;
    return static_cast<double>((high << 26) | low) * 0x1p-53;
  }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  // Uniform in (0, 1), 32 random bits from one word.
  double uniform_open() { return (next() + 0.5) * 0x1p-32; }

  // Standard normal (Box and Muller, "A note on the generation of random normal deviates", 1958).
  double normal();

 private:
  static constexpr int kLowBits = 8;
  static constexpr std::size_t kBlocks = 8;

  Rng(std::uint64_t seed, std::uint64_t stream, std::uint64_t first, int shift)
      : seed_(seed), stream_(stream), first_(first), shift_(shift) {}

  void refill();

  std::uint64_t seed_, stream_, first_;
  // Block n has the number first + n mod 2^8 + (n div 2^8) * 2^shift: consecutive where shift is 8.
  int shift_;
  std::uint64_t made_ = 0;                // blocks
  std::uint32_t taken_ = 0, filled_ = 0;  // blocks of `words_`
  std::array<std::uint32_t, 4 * kBlocks> words_{};
  std::array<std::uint32_t, 4> current_{};
  std::size_t used_ = 4;
  bool have_spare_ = false;
  double spare_ = 0;
};

}  // namespace lithe
