#include "metrics/classification.h"

#include <algorithm>
#include <map>
#include <utility>

namespace lithe::metrics {

namespace {

double ratio(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

template <typename Weight>
MeanFigures mean(const std::vector<ClassFigures>& figures, const Weight& weight_of) {
  MeanFigures sum;
  double weights = 0;
  for (const ClassFigures& one : figures) {
    const double weight = weight_of(one);
    sum.precision += weight * one.precision;
    sum.recall += weight * one.recall;
    sum.f1 += weight * one.f1;
    weights += weight;
  }
  if (weights == 0) return {};
  return {sum.precision / weights, sum.recall / weights, sum.f1 / weights};
}

}  // namespace

std::vector<ConfusionCell> confusion(std::span<const std::int32_t> truth,
                                     std::span<const std::size_t> predicted) {
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> counts;
  for (std::size_t i = 0; i < truth.size(); ++i)
    ++counts[{static_cast<std::size_t>(truth[i]), predicted[i]}];
  std::vector<ConfusionCell> cells;
  for (const auto& [place, count] : counts) cells.push_back({place.first, place.second, count});
  return cells;
}

std::vector<ClassFigures> class_figures(const std::vector<ConfusionCell>& cells,
                                        std::size_t classes) {
  std::vector<ClassFigures> result(classes);
  std::vector<std::size_t> correct(classes);
  for (const ConfusionCell& cell : cells) {
    result[cell.truth].support += cell.count;
    result[cell.predicted].predicted += cell.count;
    if (cell.truth == cell.predicted) correct[cell.truth] = cell.count;
  }
  for (std::size_t c = 0; c < classes; ++c) {
    ClassFigures& one = result[c];
    one.precision = ratio(correct[c], one.predicted);
    one.recall = ratio(correct[c], one.support);
    one.f1 = ratio(2 * correct[c], one.predicted + one.support);
  }
  return result;
}

MeanFigures macro_mean(const std::vector<ClassFigures>& figures) {
  return mean(figures,
              [](const ClassFigures& one) { return one.support + one.predicted > 0 ? 1.0 : 0.0; });
}

MeanFigures weighted_mean(const std::vector<ClassFigures>& figures) {
  return mean(figures, [](const ClassFigures& one) { return static_cast<double>(one.support); });
}

std::size_t rank_of(std::span<const double> outputs, std::size_t truth) {
  std::size_t rank = 0;
  for (std::size_t c = 0; c < outputs.size(); ++c)
    rank += outputs[c] > outputs[truth] || (outputs[c] == outputs[truth] && c < truth) ? 1 : 0;
  return rank;
}

double top_k(const std::vector<std::size_t>& ranks, std::size_t k) {
  const auto among = std::ranges::count_if(ranks, [k](std::size_t rank) { return rank < k; });
  return ratio(static_cast<std::size_t>(among), ranks.size());
}

}  // namespace lithe::metrics
