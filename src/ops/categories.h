// Categories as they come in: numbers of the plan's precision.
#pragma once

#include <cstddef>

namespace lithe::ops {

// `categories` for a value that is not the number of one.
template <typename T>
std::size_t category_of(T value, std::size_t categories) {
  // Not-a-number fails the comparison.
  if (!(value >= 0 && value < static_cast<T>(categories))) return categories;
  const auto category = static_cast<std::size_t>(value);
  return static_cast<T>(category) == value ? category : categories;
}

}  // namespace lithe::ops
