// Writes digits and letters: a skeleton with random variations.
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

// The path of the pen as short straight pieces, from each point to the next one that does not start
// a stroke.
struct Trace {
  static constexpr std::size_t kPiecesPerSpan = 6;
  static constexpr std::size_t kMost = kLongestSkeleton * kPiecesPerSpan;

  std::array<Point, kMost> points;
  std::array<bool, kMost> is_first;  // starts a stroke
  std::size_t size = 0;

  void add(Point point, bool first) {
    points[size] = point;
    is_first[size++] = first;
  }
};

// Random numbers made only by additions and multiplications, so that the images do not depend on
// the mathematics library.
inline float uniform_float(Rng& rng, float low, float high) {
  return low + (high - low) * (static_cast<float>(rng.next() >> 8) * 0x1p-24f);
}
// The sum of four uniform bytes, which is close to normal and within 3.5 standard deviations.
inline float normal_float(Rng& rng, float mean, float deviation) {
  const std::uint32_t word = rng.next();
  const std::uint32_t sum = (word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24);
  constexpr float kMean = 510, kDeviation = 147.80054f;  // 4 * 127.5, sqrt(4 * (256^2 - 1) / 12)
  return mean + deviation * ((static_cast<float>(sum) - kMean) * (1 / kDeviation));
}

// Writes a glyph centred at the origin, about two units high.
Trace write(const GlyphForm& form, Rng& rng);

}  // namespace lithe::data
