// A small grey image that shapes are painted on, by the signed distance of each pixel.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "data/synthetic/pen.h"

namespace lithe::data {

inline constexpr std::size_t kCanvasSide = 40;
inline constexpr std::size_t kCanvasPixels = kCanvasSide * kCanvasSide;

class Canvas {
 public:
  explicit Canvas(float level) { values_.fill(level); }

  // Paints with `level` what lies inside: where `distance` (a point to pixels, negative inside) is
  // below 0, over an edge of `softness` pixels.
  template <class Distance>
  void paint(const Distance& distance, float level, float softness) {
    for (std::size_t y = 0; y < kCanvasSide; ++y)
      for (std::size_t x = 0; x < kCanvasSide; ++x) {
        const Point middle{static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f};
        const float cover = std::clamp(0.5f - distance(middle) / softness, 0.0f, 1.0f);
        float& value = values_[y * kCanvasSide + x];
        value += cover * (level - value);
      }
  }

  float& at(std::size_t x, std::size_t y) { return values_[y * kCanvasSide + x]; }

  // Adds noise of this deviation to every pixel and rounds to bytes.
  void write(float noise, Rng& rng, std::uint8_t* pixels) const {
    for (std::size_t i = 0; i < kCanvasPixels; ++i)
      pixels[i] = static_cast<std::uint8_t>(
          std::clamp(normal_float(rng, values_[i], noise) + 0.5f, 0.0f, 255.0f));
  }

 private:
  std::array<float, kCanvasPixels> values_;
};

inline float length(float x, float y) { return std::sqrt(x * x + y * y); }

inline float distance_to_piece(Point at, Point from, Point to) {
  const Point along{to.x - from.x, to.y - from.y}, off{at.x - from.x, at.y - from.y};
  const float square = along.x * along.x + along.y * along.y + 1e-6f;
  const float part = std::clamp((off.x * along.x + off.y * along.y) / square, 0.0f, 1.0f);
  return length(off.x - part * along.x, off.y - part * along.y);
}

// Negative inside (by the parity of crossings).
inline float distance_to_polygon(Point at, std::span<const Point> corners) {
  float nearest = 1e6f;
  bool inside = false;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const Point a = corners[i], b = corners[(i + 1) % corners.size()];
    nearest = std::min(nearest, distance_to_piece(at, a, b));
    if ((a.y > at.y) != (b.y > at.y) && at.x < a.x + (at.y - a.y) / (b.y - a.y) * (b.x - a.x))
      inside = !inside;
  }
  return inside ? -nearest : nearest;
}

}  // namespace lithe::data
