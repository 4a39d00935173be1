#include "data/synthetic/ink.h"

#include <algorithm>
#include <cmath>

namespace lithe::data {

namespace {

constexpr int kBoxSide = 20;
constexpr float kBoxMiddle = kBoxSide / 2.0f;
constexpr int kMargin = static_cast<int>(kGlyphSide) - kBoxSide;
constexpr int kCentre = 14;
constexpr float kFar = 1e6f;

struct Bounds {
  Point low{kFar, kFar}, high{-kFar, -kFar};
};

Bounds bounds(const Trace& trace) {
  Bounds box;
  for (std::size_t i = 0; i < trace.size; ++i) {
    const Point p = trace.points[i];
    box.low = {std::min(box.low.x, p.x), std::min(box.low.y, p.y)};
    box.high = {std::max(box.high.x, p.x), std::max(box.high.y, p.y)};
  }
  return box;
}

// Into the box: the longer side fills it, the shorter is in the middle, begun on a whole pixel.
Trace frame(const Trace& trace, float radius) {
  const Bounds box = bounds(trace);
  const float width = box.high.x - box.low.x, height = box.high.y - box.low.y;
  const float room = static_cast<float>(kBoxSide) - 2 * radius;
  const float scale = room / std::max(width, height);
  const auto begin = [&](float side) { return std::floor(0.5f * (room - scale * side)) + radius; };
  const Point shift{begin(width) - scale * box.low.x, begin(height) - scale * box.low.y};
  Trace framed = trace;
  for (std::size_t i = 0; i < trace.size; ++i)
    framed.points[i] = {scale * trace.points[i].x + shift.x, scale * trace.points[i].y + shift.y};
  return framed;
}

// The squared distance of each pixel's middle to the nearest line, where that is near.
class DistanceField {
 public:
  DistanceField() { std::fill_n(squares_, kBoxSide * kStride, kFar); }

  float at(int x, int y) const { return std::sqrt(squares_[y * kStride + x]); }

  // Sees to the pixels up to `reach` from the line, and a few beyond.
  void add(Point from, Point to, float reach) {
    const Point along{to.x - from.x, to.y - from.y};
    const float inverse = 1 / (along.x * along.x + along.y * along.y + kTiny);
    const int top = pixel(std::min(from.y, to.y) - reach);
    const int bottom = pixel(std::max(from.y, to.y) + reach + 1);
    const int left = pixel(std::min(from.x, to.x) - reach);
    const int right = pixel(std::max(from.x, to.x) + reach + 1);
    const int width = (right - left + kLanes - 1) / kLanes * kLanes;
    const Point first{static_cast<float>(left) + 0.5f - from.x, 0.5f - from.y};
    for (int y = top; y < bottom; ++y)
      add_row({first.x, first.y + static_cast<float>(y)}, along, inverse, width,
              squares_ + std::ptrdiff_t{y} * kStride + left);
  }

 private:
  static constexpr int kLanes = 4;  // rows are worked on by whole vectors of SSE, the baseline
  static constexpr int kStride = kBoxSide + kLanes;
  static constexpr float kTiny = 1e-6f;  // a line may be a point

  // `off` is the first pixel seen from the line's beginning.
  static void add_row(Point off, Point along, float inverse, int width, float* squares) {
    for (int x = 0; x < width; ++x) {
      const float off_x = off.x + static_cast<float>(x);
      float part = (off_x * along.x + off.y * along.y) * inverse;  // 0 to 1 from end to end
      part = part < 0 ? 0 : part;
      part = part > 1 ? 1 : part;
      const float gap_x = off_x - part * along.x, gap_y = off.y - part * along.y;
      const float square = gap_x * gap_x + gap_y * gap_y;
      squares[x] = square < squares[x] ? square : squares[x];
    }
  }

  static int pixel(float at) {
    return static_cast<int>(std::clamp(at, 0.0f, static_cast<float>(kBoxSide)));
  }

  float squares_[kBoxSide * kStride];
};

DistanceField distances(const Trace& trace, const Pen& pen) {
  const float growth = kBoxMiddle * (std::abs(pen.grow_x) + std::abs(pen.grow_y));
  const float reach = pen.radius * (1 + growth) + 0.5f * pen.softness;
  DistanceField field;
  for (std::size_t i = 1; i < trace.size; ++i)
    if (!trace.is_first[i]) field.add(trace.points[i - 1], trace.points[i], reach);
  return field;
}

struct InkBox {
  std::uint8_t pixels[kBoxSide][kBoxSide];
  int ink = 0, moment_x = 0, moment_y = 0;  // the sums of pixels, and of pixels times x or y
};

InkBox shade(const DistanceField& field, const Pen& pen) {
  InkBox box;
  for (int y = 0; y < kBoxSide; ++y) {
    const float grown_y = 1 + pen.grow_y * (static_cast<float>(y) - kBoxMiddle);
    for (int x = 0; x < kBoxSide; ++x) {
      const float grown = grown_y + pen.grow_x * (static_cast<float>(x) - kBoxMiddle);
      const float inside = (pen.radius * grown - field.at(x, y)) / pen.softness + 0.5f;
      const int pixel = static_cast<int>(255 * std::clamp(inside, 0.0f, 1.0f) + 0.5f);
      box.pixels[y][x] = static_cast<std::uint8_t>(pixel);
      box.ink += pixel;
      box.moment_x += pixel * x;
      box.moment_y += pixel * y;
    }
  }
  return box;
}

// How far from the picture's edge the box lies, if the centre of its ink comes to kCentre.
int offset(int moment, int ink) {
  const int centre = ink == 0 ? kBoxSide / 2 : (2 * moment + ink) / (2 * ink);
  return std::clamp(kCentre - centre, 0, kMargin);
}

}  // namespace

Pen choose_pen(const GlyphForm& form, Rng& rng) {
  const float usual = 1.25f * form.pen;
  return {.radius = std::clamp(normal_float(rng, usual, 0.35f), 0.55f, 2.4f),
          .grow_x = normal_float(rng, 0, 0.016f),
          .grow_y = normal_float(rng, 0, 0.016f),
          .softness = uniform_float(rng, 0.9f, 1.5f)};
}

void draw_ink(const Trace& trace, const Pen& pen, std::uint8_t* pixels) {
  const InkBox box = shade(distances(frame(trace, pen.radius), pen), pen);
  const int left = offset(box.moment_x, box.ink), top = offset(box.moment_y, box.ink);
  std::fill_n(pixels, kGlyphPixels, std::uint8_t{0});
  for (int y = 0; y < kBoxSide; ++y)
    std::copy_n(box.pixels[y], kBoxSide,
                pixels + static_cast<std::size_t>(top + y) * kGlyphSide + left);
}

}  // namespace lithe::data
