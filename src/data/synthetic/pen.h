// A hand that writes digits and letters: a skeleton, with all that differs from one writing to the
// next.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "data/synthetic/glyphs.h"
#include "lithe/rng.h"

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

// Random numbers by additions and multiplications alone, so that no mathematics library has a say
// in the pictures.
inline float uniform_float(Rng& rng, float low, float high) {
  return low + (high - low) * (static_cast<float>(rng.next() >> 8) * 0x1p-24f);
}
// The sum of four uniform bytes: close to normal, and never beyond 3.5 deviations.
inline float normal_float(Rng& rng, float mean, float deviation) {
  const std::uint32_t word = rng.next();
  const std::uint32_t sum = (word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24);
  constexpr float kMean = 510, kDeviation = 147.80054f;  // 4 * 127.5, sqrt(4 * (256^2 - 1) / 12)
  return mean + deviation * ((static_cast<float>(sum) - kMean) * (1 / kDeviation));
}

// Writes a glyph about the origin, some two units high.
Trace write(const GlyphForm& form, Rng& rng);

}  // namespace lithe::data
