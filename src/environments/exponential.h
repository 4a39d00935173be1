// exp without branches, for loops that compilers vectorize, with the same bits on every processor
// (see trigonometry.h).
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace lithe::environments {

// For x <= 0; an error below 2^-52 of the result. Below -700 it is exp(-700), about 10^-304.
// exp(x) = 2^n exp(r) with |r| <= ln 2 / 2, whose Taylor series ends where (ln 2 / 2)^14 / 14!
// is 2^-57. ln 2 is in two parts, of which the first has 32 bits, so that its multiples are exact.
inline double exponential(double x) {
  constexpr double kRound = 6755399441055744.0 + 1023;  // adds the exponent's bias
  const double bounded = std::max(x, -700.0);
  const double shifted = bounded * 1.4426950408889634 + kRound;
  const double n = shifted - kRound;
  const double r = (bounded - n * 0x1.62e42feep-1) - n * 0x1.a39ef35793c76p-33;
  double sum = 1;
  for (int k = 13; k > 0; --k) sum = 1 + sum * r * (1.0 / k);
  return sum * std::bit_cast<double>(std::bit_cast<std::uint64_t>(shifted) << 52);
}

}  // namespace lithe::environments
