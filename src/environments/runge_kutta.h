// One step of the classical fourth-order Runge-Kutta method (Kutta, 1901).
#pragma once

#include <cstddef>

namespace lithe::environments {

// `slope(state, result)` writes the derivative. The order of the sums is that of Gymnasium and
// MuJoCo.
template <std::size_t kState, class Slope>
inline void runge_kutta(double (&s)[kState], double interval, const Slope& slope) {
  double k1[kState], k2[kState], k3[kState], k4[kState], at[kState];
  slope(s, k1);
  for (std::size_t i = 0; i < kState; ++i) at[i] = s[i] + interval / 2 * k1[i];
  slope(at, k2);
  for (std::size_t i = 0; i < kState; ++i) at[i] = s[i] + interval / 2 * k2[i];
  slope(at, k3);
  for (std::size_t i = 0; i < kState; ++i) at[i] = s[i] + interval * k3[i];
  slope(at, k4);
  for (std::size_t i = 0; i < kState; ++i)
    s[i] = s[i] + interval / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
}

}  // namespace lithe::environments
