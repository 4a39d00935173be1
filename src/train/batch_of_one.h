// Batches of a single example. Batch norm takes the variance of each unit over the batch: of one
// value it is 0, which would distort the running variance that evaluation uses. PyTorch refuses
// such a batch; here the example that is left over at the end of an epoch is left out.
#pragma once

#include <cstddef>
#include <vector>

#include "graph/graph.h"

namespace lithe::train {

// The first operation for which one example is not enough; null: there is none. One example is
// enough for the batch norm of an image, which has a value of each channel at every place, and for
// a frozen one, which uses its running statistics. `frozen`: by parameter; empty: none.
const graph::Operation* needs_two_examples(const graph::Graph& graph,
                                           const std::vector<bool>& frozen);

// How many of `rows` examples an epoch trains on: all, or one fewer where the last batch would be
// one example that is not enough. Throws Error(usage) if `batch` or `rows` is 1 and that is not
// enough.
std::size_t rows_per_epoch(const graph::Graph& graph, const std::vector<bool>& frozen,
                           std::size_t rows, std::size_t batch);

}  // namespace lithe::train
