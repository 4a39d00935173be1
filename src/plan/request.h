// What a plan is made for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cpu/isa.h"
#include "graph/graph.h"
#include "lithe/dataset.h"
#include "losses/loss.h"
#include "optimizers/optimizers.h"

namespace lithe::augment {
class Augmenter;
}

namespace lithe::plan {

class Blas;

enum class Mode {
  train,     // forward, loss, backward, update
  evaluate,  // forward, loss, count of correct answers
  predict,   // forward
};

// The data of an input beside the first one: rows of numbers, or of integers.
struct InputData {
  std::string name;
  Features features;                       // for numbers
  const std::int32_t* integers = nullptr;  // for integers: [rows][positions * columns]
};

struct Request {
  const graph::Graph* graph = nullptr;
  Mode mode = Mode::train;
  std::size_t batch = 1;  // the largest; smaller ones may be run
  losses::Choice loss;    // not for predict
  // For training: how weights are updated, which arrays are not, the seed of what is random, and
  // whether gradients are kept for whoever looks at them.
  const optimizers::Optimizer* optimizer = nullptr;
  std::vector<bool> frozen;  // by parameter; empty: none
  std::uint64_t seed = 1;
  bool keep_gradients = false;
  // Of each output: what one unit of it is in the targets' own units, in which
  // Results::squared_error is; empty: 1.
  std::vector<double> target_deviation = {};
  Examples examples;              // the data, or for predict just their form
  std::vector<InputData> inputs;  // of the graph's further inputs, in any order
  // For training: how each image is changed at random before it is learned from; null: not at all.
  // It must outlive the plan.
  const augment::Augmenter* augmenter = nullptr;
  double nonzero_columns = 1;  // see nonzero_columns() in choose.h
  cpu::Isa isa = cpu::Isa::scalar;
  // A BLAS, for the products that choose_product() gives it; null: none. It must outlive the plan.
  Blas* blas = nullptr;
  // For training: the products of dense layers take values rounded to bfloat16 (kernels/pairs.h).
  // Not in float64, and not beside a BLAS.
  bool bfloat16 = false;
  // For training: the caller computes the gradient of the loss by the outputs, in the middle of
  // each step, and `loss` is not looked at. See Plan::forward and Plan::backward.
  bool external_gradient = false;
  // For training: the gradient of the loss by the inputs is wanted as well.
  bool input_gradient = false;
};

}  // namespace lithe::plan
