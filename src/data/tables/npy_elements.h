// Goes through the elements of an array.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstring>
#include <limits>
#include <numeric>

#include "data/tables/npy.h"
#include "lithe/error.h"

namespace lithe::data {

// IEEE 754's binary16 as it is stored.
struct Half {
  std::uint16_t bits;

  float value() const {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    float size = std::ldexp(static_cast<float>(exponent == 0 ? fraction : fraction + 1024),
                            std::max(exponent, 1) - 25);
    if (exponent == 31)
      size = fraction == 0 ? std::numeric_limits<float>::infinity()
                           : std::numeric_limits<float>::quiet_NaN();
    return (bits & 0x8000) != 0 ? -size : size;
  }
};

// Calls `use` with a value of the elements' type.
template <typename Use>
void with_element_type(const NpyArray& array, const Use& use) {
  const std::size_t bytes = array.element_bytes;
  if (array.kind == 'f') {
    if (bytes == 2) return use(Half{});
    return bytes == 4 ? use(float{}) : use(double{});
  }
  if (array.kind == 'i') {
    if (bytes == 1) return use(std::int8_t{});
    if (bytes == 2) return use(std::int16_t{});
    return bytes == 4 ? use(std::int32_t{}) : use(std::int64_t{});
  }
  if (bytes == 1) return use(std::uint8_t{});
  if (bytes == 2) return use(std::uint16_t{});
  return bytes == 4 ? use(std::uint32_t{}) : use(std::uint64_t{});
}

template <typename Element>
auto element_at(const NpyArray& array, std::size_t index) {
  std::array<std::uint8_t, sizeof(Element)> bytes;
  std::memcpy(bytes.data(), array.elements.data() + index * sizeof(Element), sizeof(Element));
  if (array.swapped) std::ranges::reverse(bytes);
  const auto element = std::bit_cast<Element>(bytes);
  if constexpr (std::same_as<Element, Half>)
    return element.value();
  else
    return element;
}

// Where the elements of a row lie, in elements from its first; they are taken in C order.
inline std::vector<std::size_t> column_offsets(const NpyArray& array) {
  std::vector<std::size_t> offsets(array.columns());
  std::iota(offsets.begin(), offsets.end(), std::size_t{0});
  if (!array.fortran) return offsets;
  for (std::size_t& offset : offsets) {
    std::size_t rest = offset, step = array.elements.size() / array.element_bytes;
    offset = 0;
    for (std::size_t i = array.shape.size(); i-- > 1;) {
      step /= array.shape[i];
      offset += rest % array.shape[i] * step;
      rest /= array.shape[i];
    }
  }
  return offsets;
}

// Calls `take(row, column, value)` for every element; `offsets` are those of the columns.
template <typename Take>
void visit(const NpyArray& array, const std::vector<std::size_t>& offsets, const Take& take) {
  const std::size_t row_step = array.fortran ? 1 : offsets.size();
  with_element_type(array, [&]<typename Element>(Element) {
    for (std::size_t row = 0; row < array.rows(); ++row)
      for (std::size_t column = 0; column < offsets.size(); ++column)
        take(row, column, element_at<Element>(array, row * row_step + offsets[column]));
  });
}

// Copies all elements to `out`. Throws Error(data) for one that is not finite as a Value.
template <typename Value>
void copy_values(const NpyArray& array, const std::vector<std::size_t>& offsets, Value* out) {
  visit(array, offsets, [&](std::size_t row, std::size_t column, auto element) {
    const auto value = static_cast<Value>(element);
    if constexpr (std::is_floating_point_v<Value>) {
      if (!std::isfinite(value))
        throw Error(
            ErrorKind::data,
            std::isfinite(static_cast<double>(element))
                ? fmt::format("the value {} is too large for {} bits", element, 8 * sizeof(Value))
                : fmt::format("a value is {}",
                              std::isnan(value) ? "not a number (nan)" : "infinite"),
            fmt::format("{}, row {}, column {}", array.name, row + 1, column + 1),
            "leave such rows out, or put numbers in their place (numpy.nan_to_num)");
    }
    *out++ = value;
  });
}

}  // namespace lithe::data
