// output = link(sum / count): the mean of several slots, of which `sum` has the sum.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "graph/op.h"
#include "kernels/table.h"

namespace lithe::ops {

// Two slots of the same form. `probabilities`: the function that made what is added, if its outputs
// are probabilities.
std::shared_ptr<const graph::Op> make_mean(graph::SlotId sum, graph::SlotId output,
                                           std::size_t count, kernels::Link link,
                                           std::string_view probabilities);

}  // namespace lithe::ops
