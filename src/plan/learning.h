// What training keeps beside the learned values: the optimizer's arrays and the average of weights,
// each laid out as the parameters are.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/aligned.h"
#include "optimizers/rule.h"
#include "plan/parameters.h"

namespace lithe::plan {

template <typename T>
struct Learning {
  Learning() = default;
  // All zero, for a rule that keeps so many arrays.
  Learning(const Parameters<T>& parameters, std::size_t states) : arrays(states) {
    for (std::size_t i = 0; i < states; ++i) state[i] = base::AlignedArray<T>(parameters.size());
  }
  Learning clone() const {
    Learning copy;
    copy.arrays = arrays;
    for (std::size_t i = 0; i < arrays; ++i) {
      copy.state[i] = base::AlignedArray<T>(state[i].size());
      std::copy(state[i].begin(), state[i].end(), copy.state[i].begin());
    }
    return copy;
  }

  // Takes over the states of another of the same form.
  void take_states(const Learning& other) {
    for (std::size_t i = 0; i < arrays; ++i)
      std::copy(other.state[i].begin(), other.state[i].end(), state[i].begin());
  }

  std::size_t arrays = 0;
  base::AlignedArray<T> state[optimizers::kMostStates];
  // The exponential moving average of the values, where one is asked for.
  Parameters<T>* average = nullptr;
  double average_decay = 0;
};

}  // namespace lithe::plan
