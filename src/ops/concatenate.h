// output = the columns of a, then those of b, at each position.
#pragma once

#include <memory>

#include "graph/op.h"

namespace lithe::ops {

// `a` and `b` have as many positions as the output.
std::shared_ptr<const graph::Op> make_concatenate(graph::SlotId a, graph::SlotId b,
                                                  graph::SlotId output);

}  // namespace lithe::ops
