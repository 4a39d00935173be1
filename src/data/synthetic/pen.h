// A hand that writes digits and letters: a skeleton, with all that differs from one writing to the
// next.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/random.h"
#include "data/synthetic/glyphs.h"

namespace lithe::data {

struct Point {
  float x, y;
};

// The pen's way as short straight pieces: from each point to the next, but not to a first one.
struct Trace {
  static constexpr std::size_t kPiecesPerSpan = 6;
  static constexpr std::size_t kMost = kLongestSkeleton * kPiecesPerSpan;

  std::array<Point, kMost> points;
  std::array<bool, kMost> is_first;  // the pen comes down here
  std::size_t size = 0;

  void add(Point point, bool first) {
    points[size] = point;
    is_first[size++] = first;
  }
};

// Random numbers from a stream by additions and multiplications alone, so that no mathematics
// library has a say in the pictures.
class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t stream) : stream_(seed, stream) {}

  std::size_t below(std::uint32_t bound) { return stream_.below(bound); }
  float uniform(float low, float high) {
    return low + (high - low) * (static_cast<float>(stream_.next() >> 8) * 0x1p-24f);
  }
  // The sum of four uniform bytes: close to normal, and never beyond 3.5 deviations.
  float normal(float mean, float deviation) {
    const std::uint32_t word = stream_.next();
    const std::uint32_t sum = (word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24);
    constexpr float kMean = 510, kDeviation = 147.80054f;  // 4 * 127.5, sqrt(4 * (256^2 - 1) / 12)
    return mean + deviation * ((static_cast<float>(sum) - kMean) * (1 / kDeviation));
  }

 private:
  base::RandomStream stream_;
};

// Writes a glyph about the origin, some two units high.
Trace write(const GlyphForm& form, Dice& dice);

}  // namespace lithe::data
