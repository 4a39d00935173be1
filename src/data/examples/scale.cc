#include "data/examples/scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/examples/elements.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

template <typename Value>
Range find_range(const Features& features) {
  Range range{INFINITY, -INFINITY};
  for (std::size_t row = 0; row < features.rows; ++row) {
    const auto* const values = reinterpret_cast<const Value*>(features.row(row));
    const auto [low, high] = std::minmax_element(values, values + features.columns);
    range.low = std::min(range.low, static_cast<double>(*low));
    range.high = std::max(range.high, static_cast<double>(*high));
  }
  return range;
}

}  // namespace

Range range_of(const Features& features) {
  if (features.rows == 0 || features.columns == 0) return {};
  return with_element(features.type, [&]<typename V>(V) { return find_range<V>(features); });
}

double divisor_for(const Features& features, double divisor, bool whole, const std::string& name) {
  const bool bytes = features.type == ElementType::uint8;
  if (bytes && divisor >= 255) return divisor;  // every byte fits
  const Range range = range_of(features);
  if (range.low < 0 || range.high > divisor)
    throw Error(ErrorKind::data,
                fmt::format("the values are from {:.6g} to {:.6g}, and the model was trained on "
                            "values from 0 to {:.6g}",
                            range.low, range.high, divisor),
                name, fmt::format("bring the values to 0 to {:.6g}, or to 0 to 1", divisor));
  return range.high <= 1 && !whole && !bytes ? 1 : divisor;
}

double divisor_for_range(const Features& features, double own, const Range& learned,
                         std::size_t dimensions) {
  constexpr double kByte = 255;
  const bool bytes = features.type == ElementType::uint8;
  if (learned.low < 0 || learned.high <= 0 || (!bytes && dimensions < 2)) return own;
  const Range range = range_of(features);
  if (range.low < 0 || range.high > kByte) return own;
  if (learned.high <= 1) return range.high > 1 ? kByte : own;
  if (learned.high > kByte) return own;
  // The model learned from bytes that nobody had divided.
  if (bytes) return 1;
  return range.high <= 1 ? 1 / kByte : own;
}

Features in_scale(Features features, double divisor) {
  if (divisor == 1 || features.divisor != 1) return features;
  features.divisor = divisor_for(features, divisor, /*whole=*/false, "the features");
  return features;
}

}  // namespace lithe::data
