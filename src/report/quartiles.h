// The middle of some figures, and how far they spread.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace lithe::report {

struct Quartiles {
  double low, median, high;  // not numbers if there are no figures
};

// Between two figures it takes what lies between them in proportion.
inline Quartiles quartiles(std::vector<double> figures) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (figures.empty()) return {kNone, kNone, kNone};
  std::sort(figures.begin(), figures.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(figures.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, figures.size() - 1);
    return figures[below] + (place - std::floor(place)) * (figures[above] - figures[below]);
  };
  return {at(0.25), at(0.5), at(0.75)};
}

}  // namespace lithe::report
