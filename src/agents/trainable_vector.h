// A vector of trainable parameters without a network, updated by the same optimizers as networks:
// the bias of a dense layer whose only input is 0.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "agents/archive.h"
#include "lithe/learner.h"
#include "lithe/model.h"

namespace lithe::agents {

class TrainableVector {
 public:
  // `size` values, which begin at `initial`. `options.batch` is not used.
  TrainableVector(std::size_t size, double initial, LearnerOptions options);

  std::span<const float> values() const { return values_; }
  // One step of the optimizer.
  void update(std::span<const double> gradient);
  void serialize(const std::string& name, Archive& archive);

 private:
  Model model_;
  Learner learner_;
  std::span<const float> values_;  // of the bias
  std::vector<float> gradient_;
};

}  // namespace lithe::agents
