#include "metrics/detection.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace lithe::metrics {

double auroc(const std::vector<double>& known, const std::vector<double>& unknown) {
  std::vector<double> sorted = known;
  std::sort(sorted.begin(), sorted.end());
  double sum = 0;
  for (const double u : unknown) {
    const auto below = std::lower_bound(sorted.begin(), sorted.end(), u) - sorted.begin();
    const auto up_to = std::upper_bound(sorted.begin(), sorted.end(), u) - sorted.begin();
    sum += static_cast<double>(below + up_to) / 2;
  }
  return sum / static_cast<double>(sorted.size()) / static_cast<double>(unknown.size());
}

double aupr(const std::vector<double>& known, const std::vector<double>& unknown) {
  std::vector<std::pair<double, bool>> all;  // least known first
  for (const double k : known) all.emplace_back(-k, false);
  for (const double u : unknown) all.emplace_back(-u, true);
  std::sort(all.begin(), all.end());
  double area = 0, hits = 0, last = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    hits += all[i].second;
    if (i + 1 < all.size() && all[i + 1].first == all[i].first) continue;
    const double recall = hits / static_cast<double>(unknown.size());
    area += (recall - last) * hits / static_cast<double>(i + 1);
    last = recall;
  }
  return area;
}

double fpr_at(std::vector<double> known, const std::vector<double>& unknown,
              double true_positive_rate) {
  std::sort(known.begin(), known.end());
  const double rank = std::ceil(true_positive_rate * static_cast<double>(known.size())) - 1;
  const double threshold = known[static_cast<std::size_t>(std::max(0.0, rank))];
  const auto accepted = std::count_if(unknown.begin(), unknown.end(),
                                      [threshold](double u) { return u <= threshold; });
  return static_cast<double>(accepted) / static_cast<double>(unknown.size());
}

std::vector<Rate> rates(const std::vector<double>& known, const std::vector<double>& unknown,
                        const std::vector<bool>& counts) {
  enum Kind { ignored, counted, of_unknown };
  std::vector<std::pair<double, Kind>> all;
  for (std::size_t i = 0; i < known.size(); ++i)
    all.emplace_back(known[i], counts.empty() || counts[i] ? counted : ignored);
  for (const double u : unknown) all.emplace_back(u, of_unknown);
  std::sort(all.begin(), all.end());
  std::vector<Rate> result = {{0, 0}};
  double accepted_known = 0, accepted_unknown = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    accepted_known += all[i].second == counted;
    accepted_unknown += all[i].second == of_unknown;
    if (i + 1 == all.size() || all[i + 1].first != all[i].first)
      result.push_back({accepted_unknown / static_cast<double>(unknown.size()),
                        accepted_known / static_cast<double>(known.size())});
  }
  return result;
}

double oscr(const std::vector<double>& known, const std::vector<bool>& correct,
            const std::vector<double>& unknown) {
  const std::vector<Rate> points = rates(known, unknown, correct);
  double area = 0;
  for (std::size_t i = 1; i < points.size(); ++i)
    area +=
        (points[i].unknown - points[i - 1].unknown) * (points[i].known + points[i - 1].known) / 2;
  return area;
}

}  // namespace lithe::metrics
