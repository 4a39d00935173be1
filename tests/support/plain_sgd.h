// Gradient descent for plans that tests make by hand.
#pragma once

#include <vector>

#include "plan/plan.h"

namespace lithe::test {

inline const optimizers::Optimizer& plain_sgd() {
  static const optimizers::Optimizer sgd{optimizers::Rule::sgd};
  return sgd;
}

// What so many steps at a rate need.
template <typename T>
std::vector<optimizers::Coefficients<T>> updates(std::size_t steps, T rate) {
  optimizers::Coefficients<T> update;
  update.rate = rate;
  return std::vector<optimizers::Coefficients<T>>(steps, update);
}

}  // namespace lithe::test
