// Categories as they come in: numbers of the plan's precision.
#pragma once

#include <cstddef>

namespace lithe::ops {

// The category that a value stands for, or `none` where it is no whole number from 0 to
// categories - 1.
template <typename T>
std::size_t category_of(T value, std::size_t categories, std::size_t none) {
  // Not-a-number fails the comparison.
  if (!(value >= 0 && value < static_cast<T>(categories))) return none;
  const auto category = static_cast<std::size_t>(value);
  return static_cast<T>(category) == value ? category : none;
}

}  // namespace lithe::ops
