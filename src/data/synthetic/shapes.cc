#include "data/synthetic/shapes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "data/synthetic/canvas.h"
#include "data/synthetic/generated.h"

namespace lithe::data {

namespace {

enum class Kind { circle, square, triangle, star, cross, ring, noise, letter, digit };
constexpr std::size_t kKnown = 3, kUnknown = 6;

// The variation of every image, whatever its shape.
struct Look {
  Point middle;
  float radius;     // of the circle around it, in pixels
  Point direction;  // of length 1: how it is turned
  float paper, ink;
  float softness;  // of its edges, in pixels
  float noise;     // deviation of a pixel
};

constexpr float kSide = static_cast<float>(kCanvasSide);

// A random direction without a sine, which depends on the library: a point of the unit disc, drawn
// by rejection.
Point any_direction(Rng& rng) {
  for (;;) {
    const Point p{uniform_float(rng, -1, 1), uniform_float(rng, -1, 1)};
    const float size = length(p.x, p.y);
    if (size > 0.1f && size < 1) return {p.x / size, p.y / size};
  }
}

Look choose_look(Rng& rng) {
  Look look{};
  look.radius = uniform_float(rng, 8, 16);
  const float room = look.radius + 1;
  look.middle = {uniform_float(rng, room, kSide - room), uniform_float(rng, room, kSide - room)};
  look.direction = any_direction(rng);
  const float contrast = uniform_float(rng, 90, 230);
  const float low = uniform_float(rng, 0, 255 - contrast);
  const bool light_on_dark = rng.below(2) == 0;
  look.paper = light_on_dark ? low : low + contrast;
  look.ink = light_on_dark ? low + contrast : low;
  look.softness = uniform_float(rng, 1, 3);
  look.noise = uniform_float(rng, 0, 10);
  return look;
}

// Dots and short lines, fainter than the shape.
void add_clutter(Canvas& canvas, const Look& look, Rng& rng) {
  const std::size_t count = rng.below(6);
  for (std::size_t i = 0; i < count; ++i) {
    const Point from{uniform_float(rng, 0, kSide), uniform_float(rng, 0, kSide)};
    const Point direction = any_direction(rng);
    const float size = rng.below(2) == 0 ? 0 : uniform_float(rng, 2, 7);
    const Point to{from.x + size * direction.x, from.y + size * direction.y};
    const float thick = uniform_float(rng, 0.4f, 0.9f);
    const float level = look.paper + uniform_float(rng, 0.2f, 0.6f) * (look.ink - look.paper);
    canvas.paint([&](Point at) { return distance_to_piece(at, from, to) - thick; }, level, 1);
  }
}

Point place(const Look& look, float x, float y) {
  const Point& d = look.direction;
  return {look.middle.x + look.radius * (x * d.x - y * d.y),
          look.middle.y + look.radius * (x * d.y + y * d.x)};
}

template <std::size_t kCount>
std::array<Point, kCount> place(const Look& look, const std::array<Point, kCount>& corners) {
  std::array<Point, kCount> placed;
  for (std::size_t i = 0; i < kCount; ++i) placed[i] = place(look, corners[i].x, corners[i].y);
  return placed;
}

// Filled, or the outline alone, `thick` wide inside the edge.
template <class Distance>
void paint_shape(Canvas& canvas, const Look& look, const Distance& distance, float thick) {
  canvas.paint(
      [&](Point at) {
        const float d = distance(at);
        return thick > 0 ? std::max(d, -d - thick) : d;
      },
      look.ink, look.softness);
}

// 0 for one half, which are filled.
float choose_outline(const Look& look, Rng& rng) {
  const float thick = uniform_float(rng, 0.1f, 0.2f) * look.radius;
  return rng.below(2) == 0 ? 0 : std::max(1.2f, thick);
}

template <std::size_t kCount>
void paint_polygon(Canvas& canvas, const Look& look, const std::array<Point, kCount>& corners,
                   float thick) {
  const auto placed = place(look, corners);
  paint_shape(
      canvas, look, [&](Point at) { return distance_to_polygon(at, placed); }, thick);
}

void paint_circle(Canvas& canvas, const Look& look, float thick) {
  paint_shape(
      canvas, look,
      [&](Point at) { return length(at.x - look.middle.x, at.y - look.middle.y) - look.radius; },
      thick);
}

void paint_triangle(Canvas& canvas, const Look& look, float thick, Rng& rng) {
  std::array<Point, 3> corners = {{{0, -1}, {0.866f, 0.5f}, {-0.866f, 0.5f}}};
  for (Point& corner : corners)
    corner = {corner.x + uniform_float(rng, -0.12f, 0.12f),
              corner.y + uniform_float(rng, -0.12f, 0.12f)};
  paint_polygon(canvas, look, corners, thick);
}

void paint_star(Canvas& canvas, const Look& look, float thick, Rng& rng) {
  // Directions of a pentagon's corners, and of those between.
  constexpr std::array<Point, 5> kOuter = {
      {{0, -1}, {0.951f, -0.309f}, {0.588f, 0.809f}, {-0.588f, 0.809f}, {-0.951f, -0.309f}}};
  const float waist = uniform_float(rng, 0.36f, 0.46f);
  std::array<Point, 10> corners;
  for (std::size_t i = 0; i < 5; ++i) {
    const Point opposite = kOuter[(i + 3) % 5];
    corners[2 * i] = kOuter[i];
    corners[2 * i + 1] = {-waist * opposite.x, -waist * opposite.y};
  }
  paint_polygon(canvas, look, corners, thick);
}

void paint_cross(Canvas& canvas, const Look& look, float thick, Rng& rng) {
  const float a = uniform_float(rng, 0.2f, 0.32f), b = std::sqrt(1 - a * a);
  const std::array<Point, 12> corners = {{{a, -b},
                                          {a, -a},
                                          {b, -a},
                                          {b, a},
                                          {a, a},
                                          {a, b},
                                          {-a, b},
                                          {-a, a},
                                          {-b, a},
                                          {-b, -a},
                                          {-a, -a},
                                          {-a, -b}}};
  paint_polygon(canvas, look, corners, thick);
}

// A disc of independent random pixels.
void paint_noise(Canvas& canvas, const Look& look, Rng& rng) {
  for (std::size_t y = 0; y < kCanvasSide; ++y)
    for (std::size_t x = 0; x < kCanvasSide; ++x) {
      const float level = uniform_float(rng, 0, 1);
      const float away = length(static_cast<float>(x) + 0.5f - look.middle.x,
                                static_cast<float>(y) + 0.5f - look.middle.y);
      if (away < look.radius) canvas.at(x, y) = look.paper + level * (look.ink - look.paper);
    }
}

void paint_glyph(Canvas& canvas, const Look& look, const GlyphForm& form, Rng& rng) {
  Trace trace = write(form, rng);
  float reach = 0;
  for (std::size_t i = 0; i < trace.size; ++i)
    reach = std::max(reach, length(trace.points[i].x, trace.points[i].y));
  for (std::size_t i = 0; i < trace.size; ++i)
    trace.points[i] = {look.middle.x + look.radius / reach * trace.points[i].x,
                       look.middle.y + look.radius / reach * trace.points[i].y};
  const float thick = std::max(0.8f, uniform_float(rng, 0.06f, 0.11f) * look.radius);
  canvas.paint(
      [&](Point at) {
        float nearest = kSide;
        for (std::size_t i = 1; i < trace.size; ++i)
          if (!trace.is_first[i])
            nearest =
                std::min(nearest, distance_to_piece(at, trace.points[i - 1], trace.points[i]));
        return nearest - thick;
      },
      look.ink, look.softness);
}

void paint_kind(Canvas& canvas, Kind kind, const Look& look, Rng& rng) {
  const float thick = choose_outline(look, rng);
  constexpr float kCorner = 0.7071f;
  switch (kind) {
    case Kind::circle:
      return paint_circle(canvas, look, thick);
    case Kind::square:
      return paint_polygon(
          canvas, look,
          std::array<Point, 4>{
              {{-kCorner, -kCorner}, {kCorner, -kCorner}, {kCorner, kCorner}, {-kCorner, kCorner}}},
          thick);
    case Kind::triangle:
      return paint_triangle(canvas, look, thick, rng);
    case Kind::star:
      return paint_star(canvas, look, thick, rng);
    case Kind::cross:
      return paint_cross(canvas, look, thick, rng);
    case Kind::ring:
      return paint_circle(canvas, look, uniform_float(rng, 0.35f, 0.6f) * look.radius);
    case Kind::noise:
      return paint_noise(canvas, look, rng);
    case Kind::letter:
      return paint_glyph(canvas, look, letter_form(rng.below(kLetters.size())), rng);
    case Kind::digit:
      return paint_glyph(canvas, look, digit_form(1 + rng.below(9)), rng);
  }
}

void draw_kind(Kind kind, Rng& rng, std::uint8_t* pixels) {
  const Look look = choose_look(rng);
  Canvas canvas(look.paper);
  add_clutter(canvas, look, rng);
  paint_kind(canvas, kind, look, rng);
  canvas.write(look.noise, rng, pixels);
}

std::size_t draw_known(std::size_t number, Rng& rng, std::uint8_t* pixels) {
  const std::size_t label = number % kKnown;
  draw_kind(static_cast<Kind>(label), rng, pixels);
  return label;
}

std::size_t draw_unknown(std::size_t number, Rng& rng, std::uint8_t* pixels) {
  const std::size_t label = number % kUnknown;
  draw_kind(static_cast<Kind>(kKnown + label), rng, pixels);
  return label;
}

}  // namespace

Dataset generate_shapes(std::uint64_t seed, std::size_t train, std::size_t test,
                        std::size_t threads) {
  return generate({"shapes", kCanvasSide, {"circle", "square", "triangle"}, 2, draw_known}, seed,
                  train, test, threads);
}

Dataset generate_unknown_shapes(std::uint64_t seed, std::size_t train, std::size_t test,
                                std::size_t threads) {
  return generate({"shapes-unknown",
                   kCanvasSide,
                   {"star", "cross", "ring", "noise", "letters", "digits"},
                   3,
                   draw_unknown},
                  seed, train, test, threads);
}

}  // namespace lithe::data
