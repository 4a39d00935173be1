// Dropout as a part of other layers.
#pragma once

#include "ops/layer.h"

namespace lithe::ops {

// What a layer `dropout(rate)` would do to the present slot. At 0 nothing.
void add_dropout(GraphBuilder& builder, double rate);

}  // namespace lithe::ops
