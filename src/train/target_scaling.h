// Targets that are numbers, brought to mean 0 and standard deviation 1 while a network learns them.
// A model keeps both figures (Preprocessing::target_mean and target_deviation), and gives its
// answers in the targets' own units.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/model.h"
#include "lithe/trainer.h"

namespace lithe::train {

// With the figures of these rows' targets where the options ask for them and there are none yet.
// Throws Error(usage) where the examples have no numbers.
Preprocessing with_target_scaling(Preprocessing preprocessing, const Examples& examples,
                                  std::span<const std::uint32_t> rows, const TrainOptions& options);

// Examples with targets as the network learns them: those of the model's scaling, in memory of
// their own; the same where the model has none.
class ScaledTargets {
 public:
  ScaledTargets(const Examples& examples, const Preprocessing& preprocessing);
  const Examples& examples() const { return examples_; }

 private:
  std::vector<float> targets_;
  Examples examples_;
};

// From the outputs of the network to the targets' units: [rows][outputs], in place.
template <typename T>
void unscale(std::span<T> outputs, const Preprocessing& preprocessing) {
  const std::vector<double>& mean = preprocessing.target_mean;
  if (mean.empty()) return;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::size_t column = i % mean.size();
    outputs[i] = static_cast<T>(
        static_cast<double>(outputs[i]) * preprocessing.target_deviation[column] + mean[column]);
  }
}

}  // namespace lithe::train
