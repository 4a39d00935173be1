#include "train/target_scaling.h"

#include <algorithm>
#include <cmath>

#include "lithe/error.h"

namespace lithe::train {

Preprocessing with_target_scaling(Preprocessing preprocessing, const Examples& examples,
                                  std::span<const std::uint32_t> rows,
                                  const TrainOptions& options) {
  if (!options.standardize_targets || !preprocessing.target_mean.empty()) return preprocessing;
  if (examples.targets == nullptr)
    throw Error(ErrorKind::usage, "the examples have no numbers to predict",
                "TrainOptions::standardize_targets", "leave it off");
  const std::size_t columns = examples.target_columns;
  const auto weight_of = [&](std::uint32_t row) {
    return examples.weights != nullptr ? static_cast<double>(examples.weights[row]) : 1.0;
  };
  double total = 0;
  for (const std::uint32_t row : rows) total += weight_of(row);
  if (total == 0) total = 1;
  std::vector<double> mean(columns), deviation(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    const auto target = [&](std::uint32_t row) {
      return static_cast<double>(examples.targets[row * columns + c]);
    };
    for (const std::uint32_t row : rows) mean[c] += weight_of(row) * target(row) / total;
    double square = 0;
    for (const std::uint32_t row : rows) {
      const double off = target(row) - mean[c];
      square += weight_of(row) * off * off / total;
    }
    deviation[c] = square > 0 ? std::sqrt(square) : 1;
    const float first = examples.targets[rows.front() * columns + c];
    if (std::ranges::all_of(
            rows, [&](std::uint32_t row) { return examples.targets[row * columns + c] == first; }))
      mean[c] = static_cast<double>(first), deviation[c] = 1;
  }
  preprocessing.target_mean = std::move(mean);
  preprocessing.target_deviation = std::move(deviation);
  return preprocessing;
}

ScaledTargets::ScaledTargets(const Examples& examples, const Preprocessing& preprocessing)
    : examples_(examples) {
  const std::vector<double>& mean = preprocessing.target_mean;
  if (mean.empty() || examples.targets == nullptr) return;
  targets_.resize(examples.features.rows * mean.size());
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    const std::size_t column = i % mean.size();
    targets_[i] = static_cast<float>((static_cast<double>(examples.targets[i]) - mean[column]) /
                                     preprocessing.target_deviation[column]);
  }
  examples_.targets = targets_.data();
}

}  // namespace lithe::train
