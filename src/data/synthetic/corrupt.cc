#include "data/synthetic/corrupt.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "data/pictures/border.h"

namespace lithe::data {

namespace {

// An image of floats that can be sampled between its pixels. Beyond its edge it continues with the
// edge's values.
class Picture {
 public:
  Picture(const ImageSize& size, std::vector<float> values)
      : size_(size), values_(std::move(values)) {}

  float at(std::size_t y, std::size_t x, std::size_t channel) const {
    return values_[(y * size_.width + x) * size_.channels + channel];
  }
  float between(float y, float x, std::size_t channel) const {
    y = std::clamp(y, 0.0f, static_cast<float>(size_.height - 1));
    x = std::clamp(x, 0.0f, static_cast<float>(size_.width - 1));
    const auto top = static_cast<std::size_t>(y), left = static_cast<std::size_t>(x);
    const std::size_t bottom = std::min(top + 1, size_.height - 1);
    const std::size_t right = std::min(left + 1, size_.width - 1);
    const float down = y - static_cast<float>(top), over = x - static_cast<float>(left);
    const float above = at(top, left, channel) * (1 - over) + at(top, right, channel) * over;
    const float below = at(bottom, left, channel) * (1 - over) + at(bottom, right, channel) * over;
    return above * (1 - down) + below * down;
  }
  const ImageSize& size() const { return size_; }
  const std::vector<float>& values() const { return values_; }

 private:
  ImageSize size_;
  std::vector<float> values_;
};

// Resamples an image: `place` maps a point of the result to a point of the image.
template <class Place>
Picture move(const Picture& from, const Place& place) {
  const ImageSize& size = from.size();
  std::vector<float> values;
  values.reserve(size.values());
  for (std::size_t y = 0; y < size.height; ++y)
    for (std::size_t x = 0; x < size.width; ++x) {
      const Point to = place(Point{static_cast<float>(x), static_cast<float>(y)});
      for (std::size_t c = 0; c < size.channels; ++c) values.push_back(from.between(to.y, to.x, c));
    }
  return {size, std::move(values)};
}

// Smooth random displacements: normally distributed on a coarse grid, and interpolated by the
// smooth step 3t^2 - 2t^3.
class Field {
 public:
  Field(const ImageSize& size, Rng& rng) : cells_(2 + rng.below(4)) {
    const auto side = static_cast<float>(std::min(size.height, size.width));
    step_ = {static_cast<float>(cells_) / static_cast<float>(size.width),
             static_cast<float>(cells_) / static_cast<float>(size.height)};
    // In fractions of a grid cell; from a distorted shape to a lost one.
    const float deviation = uniform_float(rng, 0.3f, 0.6f) * side / static_cast<float>(cells_);
    knots_.resize((cells_ + 1) * (cells_ + 1));
    for (Point& knot : knots_)
      knot = {normal_float(rng, 0, deviation), normal_float(rng, 0, deviation)};
  }

  Point operator()(Point at) const {
    const float x = at.x * step_.x, y = at.y * step_.y;
    const auto column = static_cast<std::size_t>(x), row = static_cast<std::size_t>(y);
    const float over = smooth(x - static_cast<float>(column));
    const float down = smooth(y - static_cast<float>(row));
    const Point* const above = &knots_[row * (cells_ + 1) + column];
    const Point* const below = above + cells_ + 1;
    const auto mix = [&](float Point::*part) {
      return (above[0].*part * (1 - over) + above[1].*part * over) * (1 - down) +
             (below[0].*part * (1 - over) + below[1].*part * over) * down;
    };
    return {at.x + mix(&Point::x), at.y + mix(&Point::y)};
  }

 private:
  static float smooth(float t) { return t * t * (3 - 2 * t); }

  std::size_t cells_;
  Point step_{};
  std::vector<Point> knots_;
};

// The background (the value of most of the border), and the box that contains everything else.
struct Ground {
  std::vector<float> level;  // of each channel
  Point middle;              // the centre of mass of what differs from it
  bool lighter = false;      // what differs is lighter, on the whole
};

Ground find_ground(const Picture& picture) {
  const ImageSize& size = picture.size();
  Ground ground;
  for (std::size_t c = 0; c < size.channels; ++c)
    ground.level.push_back(
        border_median(size.height, size.width,
                      [&](std::size_t y, std::size_t x) { return picture.at(y, x, c); }));
  float mass = 1e-3f, x_mass = mass * static_cast<float>(size.width) / 2;
  float y_mass = mass * static_cast<float>(size.height) / 2, sum = 0;
  for (std::size_t y = 0; y < size.height; ++y)
    for (std::size_t x = 0; x < size.width; ++x)
      for (std::size_t c = 0; c < size.channels; ++c) {
        const float off = picture.at(y, x, c) - ground.level[c], weight = std::abs(off);
        sum += off, mass += weight;
        x_mass += weight * static_cast<float>(x), y_mass += weight * static_cast<float>(y);
      }
  ground.middle = {x_mass / mass, y_mass / mass};
  ground.lighter = sum > 0;
  return ground;
}

Point right_angle(Rng& rng) {
  constexpr std::array<Point, 4> kTurns = {{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
  return kTurns[rng.below(4)];
}

// By any angle, and by a factor.
Point any_turn(Rng& rng) {
  Point turn{};
  float square = 0;
  do {  // a point of the disc
    turn = {uniform_float(rng, -1, 1), uniform_float(rng, -1, 1)};
    square = turn.x * turn.x + turn.y * turn.y;
  } while (square > 1 || square < 0.01f);
  const float scale = uniform_float(rng, 0.6f, 1.7f) / std::sqrt(square);
  return {scale * turn.x, scale * turn.y};
}

// A copy of the image that is rotated by any angle, perhaps mirrored, scaled about its centre, and
// shifted by up to `reach` of its sides. Half of the shifted copies keep whole pixels: they are not
// scaled, and rotated by right angles.
Picture turned_copy(const Picture& picture, const Ground& ground, float reach, Rng& rng) {
  const ImageSize& size = picture.size();
  const bool sharp = reach > 0 && rng.below(2) == 0;
  const Point turn = sharp ? right_angle(rng) : any_turn(rng);
  const float mirror = rng.below(2) == 0 ? 1.0f : -1.0f;
  Point shift{reach * uniform_float(rng, -1, 1) * static_cast<float>(size.width),
              reach * uniform_float(rng, -1, 1) * static_cast<float>(size.height)};
  Point to = ground.middle;
  if (sharp) {
    shift = {std::floor(shift.x), std::floor(shift.y)};
    to = {std::floor(to.x), std::floor(to.y)};
  }
  return move(picture, [=](Point at) {
    const float x = mirror * (at.x - to.x - shift.x), y = at.y - to.y - shift.y;
    return Point{to.x + turn.x * x - turn.y * y, to.y + turn.y * x + turn.x * y};
  });
}

template <class Mix>
Picture mix(const Picture& a, const Picture& b, const Mix& each) {
  std::vector<float> values(a.values().size());
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = each(a.values()[i], b.values()[i], i % a.size().channels);
  return {a.size(), std::move(values)};
}

Picture doubled(const Picture& picture, Rng& rng) {
  const Ground ground = find_ground(picture);
  const std::size_t way = rng.below(4);
  // A disc combined with a rotated copy of itself is still a disc, unless it is their difference.
  const Picture copy = turned_copy(picture, ground, way == 0 ? 0.0f : 0.35f, rng);
  switch (way) {
    case 1:
      return mix(picture, copy, [](float a, float b, std::size_t) { return std::max(a, b); });
    case 2:
      return mix(picture, copy, [](float a, float b, std::size_t) { return std::min(a, b); });
    default:
      return mix(picture, copy, [&](float a, float b, std::size_t channel) {
        const float apart = std::abs(a - b);
        return ground.level[channel] + (ground.lighter ? apart : -apart);
      });
  }
}

// One side of a line through or near the centre from one image, and the other side from another.
Picture join(const Picture& picture, const Picture& other, const Ground& ground, Rng& rng) {
  const ImageSize& size = picture.size();
  const auto side = static_cast<float>(std::min(size.height, size.width));
  const Point through{ground.middle.x + 0.15f * side * uniform_float(rng, -1, 1),
                      ground.middle.y + 0.15f * side * uniform_float(rng, -1, 1)};
  Point across{uniform_float(rng, -1, 1), uniform_float(rng, -1, 1)};
  const float length = std::sqrt(across.x * across.x + across.y * across.y) + 1e-3f;
  across = {across.x / length, across.y / length};
  std::vector<float> values;
  values.reserve(size.values());
  for (std::size_t y = 0; y < size.height; ++y)
    for (std::size_t x = 0; x < size.width; ++x) {
      const float far = (static_cast<float>(x) - through.x) * across.x +
                        (static_cast<float>(y) - through.y) * across.y;
      const float share = std::clamp(0.5f + far, 0.0f, 1.0f);
      for (std::size_t c = 0; c < size.channels; ++c)
        values.push_back(share * picture.at(y, x, c) + (1 - share) * other.at(y, x, c));
    }
  return {size, std::move(values)};
}

Picture cut(const Picture& picture, Rng& rng) {
  const Ground ground = find_ground(picture);
  const Picture copy = turned_copy(picture, ground, rng.below(2) == 0 ? 0.0f : 0.35f, rng);
  return join(picture, copy, ground, rng);
}

Picture shuffled(const Picture& picture, Rng& rng) {
  const ImageSize& size = picture.size();
  const std::size_t side = std::max<std::size_t>(std::min(size.height, size.width), 2);
  // From half of the image down to some pixels.
  const std::size_t tile = std::max<std::size_t>(side / (2 + rng.below(9)), 1);
  const std::size_t down = size.height / tile, over = size.width / tile;
  std::vector<std::size_t> order(down * over);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[rng.below(static_cast<std::uint32_t>(i))]);
  std::vector<float> values = picture.values();  // what is left over at the edges stays
  for (std::size_t y = 0; y < down * tile; ++y)
    for (std::size_t x = 0; x < over * tile; ++x) {
      const std::size_t from = order[y / tile * over + x / tile];
      for (std::size_t c = 0; c < size.channels; ++c)
        values[(y * size.width + x) * size.channels + c] =
            picture.at(from / over * tile + y % tile, from % over * tile + x % tile, c);
    }
  return {size, std::move(values)};
}

Picture changed(const Picture& picture, const std::uint8_t* other, Rng& rng) {
  const ImageSize& size = picture.size();
  switch (rng.below(8)) {
    case 0:
      return shuffled(picture, rng);
    case 1:
      return cut(picture, rng);
    case 2:
    case 3:
      return join(picture, {size, {other, other + size.values()}}, find_ground(picture), rng);
    case 4:
    case 5:
      return doubled(picture, rng);
    default:
      return move(picture, Field(size, rng));
  }
}

}  // namespace

void corrupt(const std::uint8_t* image, const std::uint8_t* other, const ImageSize& size, Rng& rng,
             std::uint8_t* to) {
  const Picture result = changed({size, {image, image + size.values()}}, other, rng);
  std::ranges::transform(result.values(), to, [](float value) {
    return static_cast<std::uint8_t>(std::clamp(value + 0.5f, 0.0f, 255.0f));
  });
}

}  // namespace lithe::data
