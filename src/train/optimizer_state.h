// What an optimizer keeps beside the weights, as arrays by name, for those who go on later to the
// same bits.
//
//   steps                        the number of steps done
//   optimizer.0.layers.0.weight  the first state of a parameter, in its shape
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "lithe/unknown.h"
#include "plan/parameters.h"
#include "plan/plan.h"

namespace lithe::train {

using NamedArrays = std::map<std::string, NamedArray>;

// `values` have the form that the states are laid out in.
template <typename T>
NamedArrays optimizer_state(const graph::Graph& graph, const plan::Parameters<T>& values,
                            const plan::OptimizerState<T>& learning, std::uint64_t steps);

// Puts the states into `learning` and returns the number of steps. Throws Error(model), and changes
// nothing, where they are not those of such an optimizer and network; `whose`: "a learner".
template <typename T>
std::uint64_t restore_optimizer(const NamedArrays& state, const graph::Graph& graph,
                                const plan::Parameters<T>& values,
                                plan::OptimizerState<T>& learning, const std::string& whose);

// A number of steps or epochs. Throws as above where it is none.
std::uint64_t count_in(const NamedArrays& state, const std::string& name, const std::string& whose);

}  // namespace lithe::train
