#include "lithe/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "lithe/error.h"

namespace lithe {

std::size_t size_of(ElementType type) {
  switch (type) {
    case ElementType::uint8:
      return 1;
    case ElementType::int32:
    case ElementType::float32:
      return 4;
    case ElementType::float64:
      return 8;
  }
  return 0;
}

namespace {

struct ResizeName {
  Resize how;
  std::string_view name;
};

constexpr std::array<ResizeName, 4> kResizes = {{{Resize::crop, "crop"},
                                                 {Resize::pad, "pad"},
                                                 {Resize::stretch, "stretch"},
                                                 {Resize::ink, "ink"}}};

}  // namespace

std::string_view name(Resize how) {
  return std::ranges::find(kResizes, how, &ResizeName::how)->name;
}

Resize parse_resize(std::string_view text) {
  const auto* const found = std::ranges::find(kResizes, text, &ResizeName::name);
  if (found == kResizes.end())
    throw Error(ErrorKind::usage,
                fmt::format("pictures are not resized by '{}'", text.substr(0, 40)), "--resize",
                "crop, pad, stretch or ink");
  return found->how;
}

bool Examples::counts(std::size_t row, std::size_t position) const {
  if (positions == 1) return true;
  if (features.lengths != nullptr && position >= static_cast<std::size_t>(features.lengths[row]))
    return false;
  const std::size_t at = answer(row, position);
  if (labels != nullptr) return labels[at] != kNoTarget;
  const float* const of = targets + at * target_columns;
  return std::none_of(of, of + target_columns, [](float target) { return std::isnan(target); });
}

Examples Examples::slice(std::size_t first, std::size_t count) const {
  Examples part = *this;
  first = std::min(first, features.rows);
  part.features.rows = std::min(count, features.rows - first);
  if (features.starts != nullptr)
    part.features.starts = features.starts + first;
  else
    part.features.data = features.row(first);
  if (features.lengths != nullptr) part.features.lengths = features.lengths + first;
  if (labels != nullptr) part.labels = labels + answer(first);
  if (targets != nullptr) part.targets = targets + answer(first) * target_columns;
  if (weights != nullptr) part.weights = weights + first;
  return part;
}

}  // namespace lithe
