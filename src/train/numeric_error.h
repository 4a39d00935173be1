// The error message for a loss that is no longer a number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "graph/graph.h"
#include "lithe/error.h"

namespace lithe::train {

struct NumericPlace {
  std::uint64_t step;
  std::size_t epoch;
  std::string optimizer;
  enum What { loss, weights, validation_loss, test_loss };
  What what = loss;       // is no number
  bool recovers = false;  // smaller learning rates were tried
};

// Names the first layer whose values are no longer numbers, if there still is one; `whole` says
// whether all values of an array are numbers.
Error numeric_error(const graph::Graph& graph, const std::function<bool(graph::ParameterId)>& whole,
                    const NumericPlace& place);

}  // namespace lithe::train
