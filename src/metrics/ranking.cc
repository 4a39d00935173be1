#include "metrics/ranking.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace lithe::metrics {

RankingFigures ranking_figures(const std::vector<double>& scores,
                               const std::vector<bool>& of_class) {
  RankingFigures result;
  const auto positives = static_cast<double>(std::ranges::count(of_class, true));
  const auto negatives = static_cast<double>(of_class.size()) - positives;
  if (positives == 0 || negatives == 0) {
    result.roc_auc = result.average_precision = std::numeric_limits<double>::quiet_NaN();
    return result;
  }
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, std::greater<>(), [&](std::size_t i) { return scores[i]; });
  double hits = 0, misses = 0;
  result.false_positive_rate.push_back(0);
  result.true_positive_rate.push_back(0);
  for (std::size_t i = 0; i < order.size();) {
    const double score = scores[order[i]];
    for (; i < order.size() && scores[order[i]] == score; ++i)
      ++(of_class[order[i]] ? hits : misses);
    const double recall = hits / positives, fall_out = misses / negatives;
    const double more = recall - result.true_positive_rate.back();
    result.roc_auc += (fall_out - result.false_positive_rate.back()) *
                      (recall + result.true_positive_rate.back()) / 2;
    result.average_precision += more * hits / (hits + misses);
    result.false_positive_rate.push_back(fall_out);
    result.true_positive_rate.push_back(recall);
    result.precision.push_back(hits / (hits + misses));
  }
  return result;
}

}  // namespace lithe::metrics
