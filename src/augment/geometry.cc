#include "augment/geometry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lithe/error.h"

namespace lithe::augment {

namespace {

using Kind = GeometricStep::Kind;

constexpr std::pair<const char*, Kind> kKinds[] = {
    {"shift", Kind::shift}, {"rotate", Kind::rotate},  {"scale", Kind::scale},
    {"shear", Kind::shear}, {"flip", Kind::flip},      {"vertical_flip", Kind::vertical_flip},
    {"crop", Kind::crop},   {"elastic", Kind::elastic}};

const std::pair<const char*, Kind>* find(const std::string& name) {
  const auto* const found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                         [&](const auto& k) { return name == k.first; });
  return found == std::end(kKinds) ? nullptr : found;
}

// A linear map about the middle of the image.
Affine about_middle(const Frame& frame, double xx, double xy, double yx, double yy) {
  const double x = (static_cast<double>(frame.width) - 1) / 2;
  const double y = (static_cast<double>(frame.height) - 1) / 2;
  return {xx, xy, x - xx * x - xy * y, yx, yy, y - yx * x - yy * y};
}

}  // namespace

Affine Affine::of(const Affine& inner) const {
  const Affine& i = inner;
  return {xx * i.xx + xy * i.yx, xx * i.xy + xy * i.yy, xx * i.x0 + xy * i.y0 + x0,
          yx * i.xx + yy * i.yx, yx * i.xy + yy * i.yy, yx * i.x0 + yy * i.y0 + y0};
}

bool Affine::is_whole() const {
  const auto whole = [](double v) { return v == std::floor(v); };
  return std::abs(xx) == 1 && std::abs(yy) == 1 && xy == 0 && yx == 0 && whole(x0) && whole(y0);
}

Affine GeometricStep::draw(Rng& rng) const {
  const bool happens = rng.uniform_open() < p;
  const std::uint32_t first = rng.next(), second = rng.next();
  const auto spread = [](std::uint32_t word) { return word * 0x1p-31 - 1; };  // in [-1, 1)
  const auto whole = [](std::uint32_t word, std::size_t choices) {
    return static_cast<double>(std::uint64_t{word} * choices >> 32);
  };
  if (kind == Kind::crop) {  // always: it decides the size
    const auto choices = [this](std::size_t had, std::size_t has) {
      return had + 2 * pad - has + 1;
    };
    return {1, 0, whole(first, choices(from.width, to.width)) - static_cast<double>(pad),
            0, 1, whole(second, choices(from.height, to.height)) - static_cast<double>(pad)};
  }
  if (!happens) return {};
  switch (kind) {
    case Kind::shift: {
      const auto choices = 2 * static_cast<std::size_t>(amount) + 1;
      return {1, 0, whole(first, choices) - amount, 0, 1, whole(second, choices) - amount};
    }
    case Kind::rotate: {
      const double angle = amount * spread(first);
      return about_middle(from, std::cos(angle), std::sin(angle), -std::sin(angle),
                          std::cos(angle));
    }
    case Kind::scale: {
      const double factor = 1 / (1 + amount * spread(first));
      return about_middle(from, factor, 0, 0, factor);
    }
    case Kind::shear:
      return about_middle(from, 1, std::tan(amount * spread(first)), 0, 1);
    case Kind::flip:
      return {-1, 0, static_cast<double>(from.width) - 1, 0, 1, 0};
    case Kind::vertical_flip:
      return {1, 0, 0, 0, -1, static_cast<double>(from.height) - 1};
    default:
      return {};
  }
}

bool is_geometric(const Component& step) { return find(step.name) != nullptr; }

GeometricStep make_geometric(const Component& step, const Frame& frame) {
  constexpr double kDegree = std::numbers::pi / 180;
  GeometricStep result{find(step.name)->second, 0, 1, frame, frame, 0};
  switch (result.kind) {
    case Kind::crop:
      result.to.height = result.to.width = step.integer("size");
      result.pad = step.integer("pad");
      if (result.to.height > std::min(frame.height, frame.width) + 2 * result.pad)
        throw Error(ErrorKind::usage,
                    fmt::format("a crop of {0}x{0} out of an image of {1}x{2} with {3} beside it",
                                result.to.height, frame.height, frame.width, result.pad),
                    "augment", "a smaller one, or more pad");
      return result;
    case Kind::flip:
    case Kind::vertical_flip:
      result.p = step.number("p");
      return result;
    case Kind::elastic:
      return result;
    case Kind::shift:
      result.amount = step.number("pixels");
      break;
    case Kind::scale:
      result.amount = step.number("share");
      break;
    default:
      result.amount = step.number("degrees") * kDegree;
  }
  result.p = step.number("p");
  return result;
}

}  // namespace lithe::augment
