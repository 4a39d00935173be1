// The forward pass of a network, or of the front of one.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "train/model_data.h"

namespace lithe::train {

// Rows that are worked on at a time.
inline constexpr std::size_t kForwardBatch = 64;

// What `graph` makes of each row of `features`, rows x outputs, row-major. `graph` is the model's
// own, or its first operations: the numbers of its parameters are those of the model's.
std::vector<double> forward(ModelData& model, const graph::Graph& graph, const Features& features);
// The same of windows that go on where the one before ended, in that many streams, by a graph that
// carries states (train/streams.h).
std::vector<double> forward_in_streams(ModelData& model, const graph::Graph& graph,
                                       const Features& features, std::size_t streams);

}  // namespace lithe::train
