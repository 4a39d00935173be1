// Gradient descent for plans that tests make by hand.
#pragma once

#include <vector>

#include "plan/plan.h"

namespace lithe::test {

inline const optimizers::Optimizer& plain_sgd() {
  static const optimizers::Optimizer sgd{optimizers::Sgd{}};
  return sgd;
}

// The coefficients of `steps` steps at one learning rate.
template <typename T>
std::vector<optimizers::Coefficients<T>> updates(std::size_t steps, T rate) {
  const auto update = optimizers::StepCounter(plain_sgd()).next(static_cast<double>(rate));
  return std::vector<optimizers::Coefficients<T>>(steps, update.template as<T>());
}

}  // namespace lithe::test
