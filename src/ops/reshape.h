// reshape: the same values with another number of positions. An example that comes as one row of
// positions * columns values is divided into its positions, or the other way round.
#pragma once

#include <memory>

#include "graph/op.h"

namespace lithe::ops {

// `input` and `output` hold equally many values for each example.
std::shared_ptr<const graph::Op> make_reshape(graph::SlotId input, graph::SlotId output);

}  // namespace lithe::ops
