// What training keeps beside the parameters: the optimizer's states and the average of the
// parameters, each laid out as the parameters are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/aligned.h"
#include "plan/parameters.h"

namespace lithe::plan {

template <typename T>
struct OptimizerState {
  OptimizerState() = default;
  // `count` states, all zero.
  OptimizerState(const Parameters<T>& parameters, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) states.emplace_back(parameters.size());
  }
  // A copy of the states alone.
  OptimizerState clone() const {
    OptimizerState copy;
    for (const base::AlignedArray<T>& state : states) copy.states.emplace_back(state.size());
    copy.take_states(*this);
    return copy;
  }

  // Takes over the states of another one of the same form.
  void take_states(const OptimizerState& other) {
    for (std::size_t i = 0; i < states.size(); ++i)
      std::copy(other.states[i].begin(), other.states[i].end(), states[i].begin());
  }

  std::vector<base::AlignedArray<T>> states;
  // The exponential moving average of the parameters, where one is asked for.
  Parameters<T>* average = nullptr;
  double average_decay = 0;
};

}  // namespace lithe::plan
