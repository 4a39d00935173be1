// Numbers as people write them.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

namespace lithe::base {

// With that many significant digits, but all of the whole part, where "%g" writes an exponent:
// 2499910, 0.0125, 3e-07.
inline std::string figure(double value, int digits = 6) {
  const double size = std::abs(value);
  const bool whole = size >= std::pow(10., digits - 1) && size < 1e15;
  return whole ? fmt::format("{:.0f}", value) : fmt::format("{:.{}g}", value, digits);
}

}  // namespace lithe::base
