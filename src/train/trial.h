// Measures which number of threads is fastest for a plan, on a copy of what training changes.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "optimizers/optimizers.h"
#include "plan/plan.h"

namespace lithe::train {

// Examples a second of 1, 2, 4, ... threads.
using Trials = std::vector<std::pair<std::size_t, double>>;

// Of one thread alone where the training, of `examples` in all its epochs, is too short for
// more threads to win back what trying them takes.
template <typename T>
Trials try_threads(const plan::Request& request, const plan::Parameters<T>& values,
                   const plan::OptimizerState<T>& learning, std::span<const std::uint32_t> order,
                   optimizers::StepCounter steps, bool pin, double examples);

std::size_t fewest_that_nothing_beats(const Trials& trials);
// The most that were not slower than one by far: on a machine that was busy during the trials they
// may yet be faster.
std::size_t most_that_may_be_faster(const Trials& trials);

extern template Trials try_threads(const plan::Request&, const plan::Parameters<float>&,
                                   const plan::OptimizerState<float>&,
                                   std::span<const std::uint32_t>, optimizers::StepCounter, bool,
                                   double);
extern template Trials try_threads(const plan::Request&, const plan::Parameters<double>&,
                                   const plan::OptimizerState<double>&,
                                   std::span<const std::uint32_t>, optimizers::StepCounter, bool,
                                   double);

}  // namespace lithe::train
