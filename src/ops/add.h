// output = a + b
#pragma once

#include <memory>

#include "graph/op.h"

namespace lithe::ops {

// Three slots of the same form.
std::shared_ptr<const graph::Op> make_add(graph::SlotId a, graph::SlotId b, graph::SlotId output);

}  // namespace lithe::ops
