// The numbers that one step of an optimizer takes, on their way from the step counter to a kernel.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace lithe::optimizers {

// The most coefficients that an optimizer may have of its own. rules.h refuses to compile with
// more.
inline constexpr std::size_t kMostCoefficients = 8;

// Before the update the gradient becomes
//   clip(scale * gradient) + l2 * weight + l1 * sign(weight)
// and then the weight is multiplied by `keep`, which is decoupled weight decay.
template <typename T>
struct Coefficients {
  T rate = 0;  // the learning rate
  T keep = 1;
  T scale = 1, clip = 0, l1 = 0, l2 = 0;  // clip 0: the gradient is not clipped
  // The optimizer's own coefficients, in the order of its struct Coefficients.
  std::array<T, kMostCoefficients> own = {};

  // The same numbers, rounded to another precision.
  template <typename To>
  Coefficients<To> as() const {
    const auto to = [](T value) { return static_cast<To>(value); };
    Coefficients<To> result{to(rate), to(keep), to(scale), to(clip), to(l1), to(l2)};
    std::transform(own.begin(), own.end(), result.own.begin(), to);
    return result;
  }
};

}  // namespace lithe::optimizers
