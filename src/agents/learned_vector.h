// A few numbers that are learned on their own, by the same optimizers as networks: a network of one
// input, which is 0, so that all that it puts out and learns is its bias.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "agents/archive.h"
#include "lithe/learner.h"
#include "lithe/model.h"

namespace lithe::agents {

class LearnedVector {
 public:
  // `learning.batch` is not looked at.
  LearnedVector(std::size_t numbers, double start, LearnerOptions learning);

  std::span<const float> values() const { return values_; }
  void learn(std::span<const double> gradient);
  void visit(const std::string& name, Archive& archive);

 private:
  Model model_;
  Learner learner_;
  std::span<const float> values_;  // where they stand
  std::vector<float> gradient_;
};

}  // namespace lithe::agents
