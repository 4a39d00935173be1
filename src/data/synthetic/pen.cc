#include "data/synthetic/pen.h"

namespace lithe::data {

namespace {

using Kind = Knot::Kind;

Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
Point operator*(float s, Point a) { return {s * a.x, s * a.y}; }

// The deviation of single knots, in percent of the height.
constexpr float kKnotJitter = 3.4f;
// The deviation of the rotation of a whole glyph, in radians.
constexpr float kTurn = 0.13f;

struct Skeleton {
  std::array<Point, kLongestSkeleton> points;
  std::array<Kind, kLongestSkeleton> kinds;
  std::size_t size = 0;

  bool is_last(std::size_t i) const { return i + 1 == size || kinds[i + 1] == Kind::start; }
  bool is_smooth(std::size_t i) const { return kinds[i] == Kind::curve && !is_last(i); }
};

const Style& choose(std::span<const Style> styles, Rng& rng) {
  float rest = uniform_float(rng, 0, 100);
  std::size_t chosen = 0;
  while (chosen + 1 < styles.size() && rest >= styles[chosen].share) rest -= styles[chosen++].share;
  return styles[chosen];
}

Skeleton vary(const Style& style, Rng& rng) {
  const float mode = normal_float(rng, 0, 1);
  Skeleton skeleton;
  for (const Knot& knot : style.knots) {
    skeleton.kinds[skeleton.size] = knot.kind;
    skeleton.points[skeleton.size++] = {
        knot.x + mode * knot.mode_x + normal_float(rng, 0, kKnotJitter),
        knot.y + mode * knot.mode_y + normal_float(rng, 0, kKnotJitter)};
  }
  return skeleton;
}

// The direction of a Catmull-Rom curve in a smooth knot.
Point smooth_tangent(const Skeleton& skeleton, std::size_t i) {
  return 0.5f * (skeleton.points[i + 1] - skeleton.points[i - 1]);
}

struct Tangents {
  Point from, to;
};

// At an end or a corner the span takes the direction that makes it a parabola, or a straight line
// where both of its knots are such.
Tangents span_tangents(const Skeleton& skeleton, std::size_t i) {
  const Point chord = skeleton.points[i + 1] - skeleton.points[i];
  const bool smooth_from = skeleton.is_smooth(i), smooth_to = skeleton.is_smooth(i + 1);
  Tangents tangents{chord, chord};
  if (smooth_from) tangents.from = smooth_tangent(skeleton, i);
  if (smooth_to) tangents.to = smooth_tangent(skeleton, i + 1);
  if (!smooth_from && smooth_to) tangents.from = 1.5f * chord - 0.5f * tangents.to;
  if (smooth_from && !smooth_to) tangents.to = 1.5f * chord - 0.5f * tangents.from;
  return tangents;
}

// Cubic Hermite.
Point between(Point from, Point to, Tangents tangents, float t) {
  const float u = 1 - t;
  return (u * u * (1 + 2 * t)) * from + (t * t * (3 - 2 * t)) * to + (u * u * t) * tangents.from -
         (t * t * u) * tangents.to;
}

Trace draw(const Skeleton& skeleton) {
  Trace trace;
  for (std::size_t i = 0; i < skeleton.size; ++i) {
    if (skeleton.kinds[i] == Kind::start) trace.add(skeleton.points[i], true);
    if (skeleton.is_last(i)) continue;
    const Tangents tangents = span_tangents(skeleton, i);
    for (std::size_t piece = 1; piece <= Trace::kPiecesPerSpan; ++piece) {
      const float t = static_cast<float>(piece) * (1.0f / Trace::kPiecesPerSpan);
      trace.add(between(skeleton.points[i], skeleton.points[i + 1], tangents, t), false);
    }
  }
  return trace;
}

// The variation of a whole glyph: its slant, rotation, width, and a smooth distortion (a polynomial
// of the third degree about the centre).
class Warp {
 public:
  Warp(const GlyphForm& form, Rng& rng)
      : lean_(normal_float(rng, form.lean, form.lean_deviation)),
        turn_(normal_float(rng, 0, kTurn)),
        width_(normal_float(rng, form.width, form.width_deviation)) {
    for (float& bend : bends_) bend = normal_float(rng, 0, form.bend);
  }

  Point operator()(Point percent) const {
    const float x = 0.02f * percent.x - 0.64f, y = 0.02f * percent.y - 1;  // -1 to 1, about
    const float bent_x = x + bends_[0] * x * y + bends_[1] * (y * y) + bends_[2] * (x * x) +
                         bends_[3] * (y * y * y - y);
    const float bent_y = y + bends_[4] * x * y + bends_[5] * (y * y) + bends_[6] * (x * x) +
                         bends_[7] * (y * y * y - y);
    const float wide = width_ * bent_x - lean_ * bent_y;
    return {wide - turn_ * bent_y, bent_y + turn_ * wide};
  }

 private:
  float lean_, turn_, width_;
  std::array<float, 8> bends_;
};

}  // namespace

Trace write(const GlyphForm& form, Rng& rng) {
  Trace trace = draw(vary(choose(form.styles, rng), rng));
  const Warp warp(form, rng);
  for (std::size_t i = 0; i < trace.size; ++i) trace.points[i] = warp(trace.points[i]);
  return trace;
}

}  // namespace lithe::data
