// One row from the positions of a sequence: that of one position, or the mean or the largest value
// of each column over all of them.
#pragma once

#include <memory>

#include "graph/op.h"
#include "ops/layer.h"

namespace lithe::ops {

enum class OverTime { first, last, mean, largest };

// Adds the operation; the present shape must be a sequence.
void add_over_time(GraphBuilder& builder, OverTime kind);

}  // namespace lithe::ops
