#include "data/digits_raster.h"

#include <algorithm>
#include <cmath>

namespace lithe::data {

namespace {

constexpr std::size_t kBoxSide = 20;
constexpr std::size_t kMargin = kDigitSide - kBoxSide;
constexpr float kFar = 1e6f;

struct Box {
  Point low{kFar, kFar}, high{-kFar, -kFar};
};

Box bounds(const Trace& trace) {
  Box box;
  for (std::size_t i = 0; i < trace.size; ++i) {
    const Point p = trace.points[i];
    box.low = {std::min(box.low.x, p.x), std::min(box.low.y, p.y)};
    box.high = {std::max(box.high.x, p.x), std::max(box.high.y, p.y)};
  }
  return box;
}

// Into the box: the longer side fills it, the shorter is in the middle, begun on a whole pixel.
Trace frame(const Trace& trace, float radius) {
  constexpr float kSide = kBoxSide;
  const Box box = bounds(trace);
  const float width = box.high.x - box.low.x, height = box.high.y - box.low.y;
  const float scale = (kSide - 2 * radius) / std::max(width, height);
  const auto begin = [&](float extent) {
    return std::floor(0.5f * (kSide - 2 * radius - scale * extent)) + radius;
  };
  const Point shift{begin(width) - scale * box.low.x, begin(height) - scale * box.low.y};
  Trace framed = trace;
  for (std::size_t i = 0; i < trace.size; ++i)
    framed.points[i] = {scale * trace.points[i].x + shift.x, scale * trace.points[i].y + shift.y};
  return framed;
}

// The squared distance of each pixel's middle to the nearest ink line, where that is near.
class DistanceField {
 public:
  DistanceField() { std::fill_n(squares_, kBoxSide * kStride, kFar); }

  const float* row(std::size_t y) const { return squares_ + y * kStride; }

  void add(Point from, Point to, float reach) {
    const float along_x = to.x - from.x, along_y = to.y - from.y;
    const float inverse = 1 / (along_x * along_x + along_y * along_y + 1e-6f);
    const std::size_t top = pixel(std::min(from.y, to.y) - reach);
    const std::size_t bottom = pixel(std::max(from.y, to.y) + reach + 1);
    const std::size_t left = pixel(std::min(from.x, to.x) - reach);
    const std::size_t right = pixel(std::max(from.x, to.x) + reach + 1);
    const std::size_t width = (right - left + 3) / 4 * 4;  // whole vectors
    for (std::size_t y = top; y < bottom; ++y) {
      const float off_y = static_cast<float>(y) + 0.5f - from.y;
      float* squares = squares_ + y * kStride + left;
      for (std::size_t x = 0; x < width; ++x) {
        const float off_x = static_cast<float>(static_cast<int>(left + x)) + 0.5f - from.x;
        float t = (off_x * along_x + off_y * along_y) * inverse;
        t = t < 0 ? 0 : t;
        t = t > 1 ? 1 : t;
        const float gap_x = off_x - t * along_x, gap_y = off_y - t * along_y;
        const float square = gap_x * gap_x + gap_y * gap_y;
        squares[x] = square < squares[x] ? square : squares[x];
      }
    }
  }

 private:
  static constexpr std::size_t kStride = kBoxSide + 4;

  // Clamped to the picture.
  static std::size_t pixel(float at) {
    return static_cast<std::size_t>(std::clamp(at, 0.0f, static_cast<float>(kBoxSide)));
  }

  float squares_[kBoxSide * kStride];
};

void shade(const DistanceField& field, const Pen& pen, std::uint8_t* box) {
  constexpr float kMiddle = kBoxSide / 2.0f;
  const float slope = 255 / pen.softness;
  for (std::size_t y = 0; y < kBoxSide; ++y) {
    const float row_radius = pen.radius + pen.grow_y * (static_cast<float>(y) - kMiddle);
    for (std::size_t x = 0; x < kBoxSide; ++x) {
      const float column = static_cast<float>(static_cast<int>(x)) - kMiddle;
      const float radius = row_radius + pen.grow_x * column;
      const float ink = 127.5f + slope * (radius - std::sqrt(field.row(y)[x]));
      box[y * kBoxSide + x] =
          static_cast<std::uint8_t>(static_cast<int>(std::clamp(ink, 0.0f, 255.0f) + 0.5f));
    }
  }
}

// How far the box lies from the picture's edge if the mean of `weighted` / `ink` is to be pixel 14.
std::size_t offset(std::size_t weighted, std::size_t ink) {
  const std::size_t centre = ink == 0 ? kBoxSide / 2 : (2 * weighted + ink) / (2 * ink);
  return std::min(kMargin, kDigitSide / 2 - std::min(centre, kDigitSide / 2));
}

void place(const std::uint8_t* box, std::uint8_t* pixels) {
  std::size_t ink = 0, ink_x = 0, ink_y = 0;
  for (std::size_t y = 0; y < kBoxSide; ++y) {
    for (std::size_t x = 0; x < kBoxSide; ++x) {
      const std::size_t pixel = box[y * kBoxSide + x];
      ink += pixel;
      ink_x += pixel * x;
      ink_y += pixel * y;
    }
  }
  const std::size_t left = offset(ink_x, ink), top = offset(ink_y, ink);
  std::fill_n(pixels, kDigitPixels, std::uint8_t{0});
  for (std::size_t y = 0; y < kBoxSide; ++y)
    std::copy_n(box + y * kBoxSide, kBoxSide, pixels + (top + y) * kDigitSide + left);
}

}  // namespace

Pen choose_pen(std::size_t digit, Dice& dice) {
  const float mean = 1.25f * digit_form(digit).pen;
  return {.radius = std::clamp(dice.normal(mean, 0.35f), 0.55f, 2.4f),
          .grow_x = dice.normal(0, 0.008f),
          .grow_y = dice.normal(0, 0.008f),
          .softness = dice.uniform(0.9f, 1.5f)};
}

void draw_ink(const Trace& trace, const Pen& pen, std::uint8_t* pixels) {
  const Trace framed = frame(trace, pen.radius);
  DistanceField field;
  const float reach = 1.3f * pen.radius + pen.softness;
  for (std::size_t i = 1; i < framed.size; ++i)
    if (!framed.is_first[i]) field.add(framed.points[i - 1], framed.points[i], reach);
  std::uint8_t box[kBoxSide * kBoxSide];
  shade(field, pen, box);
  place(box, pixels);
}

}  // namespace lithe::data
