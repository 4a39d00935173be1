// Sine and cosine without branches, tables or calls: compilers vectorize loops over them, and every
// processor gives the same bits, which a mathematics library does not promise.
//
// Taylor series, truncated where the rest is below half a unit in the last place.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace lithe::environments {

struct SineCosine {
  double sine, cosine;
};

namespace trigonometry {

// 1 / (2 n + first)! with alternating sign, for n = 0, 1, ...
template <std::size_t kTerms>
struct Series {
  double factor[kTerms];
  constexpr explicit Series(unsigned first) : factor{} {
    double factorial = 1;  // exact up to 18!
    for (unsigned i = 2; i <= first; ++i) factorial *= i;
    for (std::size_t n = 0; n < kTerms; ++n) {
      factor[n] = (n % 2 == 0 ? 1.0 : -1.0) / factorial;
      const double next = static_cast<double>(2 * n + first);
      factorial *= (next + 1) * (next + 2);
    }
  }
};

template <std::size_t kTerms>
inline double sum(const Series<kTerms>& series, double square) {
  double result = series.factor[kTerms - 1];
  for (std::size_t n = kTerms - 1; n-- > 0;) result = result * square + series.factor[n];
  return result;
}

// The range of the angle depends on the number of terms: see the callers.
template <std::size_t kTerms>
inline SineCosine sum_both(double angle) {
  constexpr Series<kTerms> kSine(3), kCosine(2);
  const double square = angle * angle;
  const double sine = angle - angle * square * sum(kSine, square);
  return {sine, 1.0 - square * sum(kCosine, square)};
}

}  // namespace trigonometry

// For |angle| < 0.3; 1 unit in the last place. (0.3^14 / 14! is 2^-60.)
inline SineCosine sine_cosine_small(double angle) { return trigonometry::sum_both<6>(angle); }

// For |angle| < 10^6, with an error below 2^-52. Beyond, the result is finite but
// meaningless. Reduced by multiples of pi / 2, given in three parts of which the first two have 33
// bits, so that their multiples are exact (Cody and Waite, "Software Manual for the Elementary
// Functions", 1980). (pi / 4)^18 / 18! is 2^-58.
inline SineCosine sine_cosine(double angle) {
  constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52: added, it rounds to an integer
  const double shifted = angle * 0.63661977236758138 + kRound;
  const double n = shifted - kRound;
  const double rest =
      ((angle - n * 0x1.921fb544p+0) - n * 0x1.0b4611a6p-34) - n * 0x1.3198a2e037073p-69;
  const auto quarter = std::bit_cast<std::uint64_t>(shifted);  // its lowest bits count quarters
  const SineCosine near = trigonometry::sum_both<8>(rest);
  const bool swapped = (quarter & 1) != 0;
  const auto sine = std::bit_cast<std::uint64_t>(swapped ? near.cosine : near.sine);
  const auto cosine = std::bit_cast<std::uint64_t>(swapped ? near.sine : near.cosine);
  return {std::bit_cast<double>(sine ^ ((quarter & 2) << 62)),
          std::bit_cast<double>(cosine ^ (((quarter + 1) & 2) << 62))};
}

}  // namespace lithe::environments
