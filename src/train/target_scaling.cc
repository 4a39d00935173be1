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
  // Calls visit with the targets of each answer that counts, and the weight of its row.
  const auto for_each = [&](const auto& visit) {
    for (const std::uint32_t row : rows)
      for (std::size_t p = 0; p < examples.positions; ++p)
        if (examples.counts(row, p))
          visit(examples.targets + examples.answer(row, p) * columns,
                examples.weights != nullptr ? static_cast<double>(examples.weights[row]) : 1.0);
  };
  double total = 0;
  const float* first = nullptr;
  for_each([&](const float* targets, double weight) {
    total += weight;
    if (first == nullptr) first = targets;
  });
  if (total == 0) total = 1;
  std::vector<double> mean(columns), deviation(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    bool constant = true;
    for_each([&](const float* targets, double weight) {
      mean[c] += weight * static_cast<double>(targets[c]) / total;
      constant = constant && targets[c] == first[c];
    });
    double square = 0;
    for_each([&](const float* targets, double weight) {
      const double off = static_cast<double>(targets[c]) - mean[c];
      square += weight * off * off / total;
    });
    deviation[c] = square > 0 ? std::sqrt(square) : 1;
    if (constant && first != nullptr) mean[c] = static_cast<double>(first[c]), deviation[c] = 1;
  }
  preprocessing.target_mean = std::move(mean);
  preprocessing.target_deviation = std::move(deviation);
  return preprocessing;
}

ScaledTargets::ScaledTargets(const Examples& examples, const Preprocessing& preprocessing)
    : examples_(examples) {
  const std::vector<double>& mean = preprocessing.target_mean;
  if (mean.empty() || examples.targets == nullptr) return;
  targets_.resize(examples.answers() * examples.target_columns);
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    const std::size_t column = i % mean.size();
    targets_[i] = static_cast<float>((static_cast<double>(examples.targets[i]) - mean[column]) /
                                     preprocessing.target_deviation[column]);
  }
  examples_.targets = targets_.data();
}

}  // namespace lithe::train
