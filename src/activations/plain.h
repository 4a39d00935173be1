// The activations one value at a time, in any of C++'s floating-point types.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lithe::activations::plain {

// `above` where x > 0, `other` where x <= 0, NaN where x is NaN.
template <typename T>
T by_sign(T x, T above, T other) {
  if (std::isnan(x)) return x;
  return x > 0 ? above : other;
}

// x * factor, and 0 where the factor is 0, even if x is infinite.
template <typename T>
T limited(T x, T factor) {
  return factor == 0 && !std::isnan(x) ? 0 : x * factor;
}

#define LITHE_ACTIVATION_PLAIN
#include "activations/formulas.inc"

}  // namespace lithe::activations::plain
