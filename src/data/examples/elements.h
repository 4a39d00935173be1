// Work on values whose type is known when a program runs.
#pragma once

#include <cstdint>
#include <utility>

#include "lithe/dataset.h"

namespace lithe::data {

// Calls work with a value of the type's C++ type, which says nothing but that type.
template <class Work>
decltype(auto) with_element(ElementType type, Work&& work) {
  switch (type) {
    case ElementType::uint8:
      return std::forward<Work>(work)(std::uint8_t{});
    case ElementType::int32:
      return std::forward<Work>(work)(std::int32_t{});
    case ElementType::float64:
      return std::forward<Work>(work)(double{});
    case ElementType::float32:
      break;
  }
  return std::forward<Work>(work)(float{});
}

}  // namespace lithe::data
