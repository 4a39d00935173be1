// reshape: the same values with another number of positions. An example that comes as one row of
// positions * columns values is divided into its positions, or the other way round.
#pragma once

#include <memory>
#include <optional>

#include "graph/op.h"

namespace lithe::ops {

// `input` and `output` hold equally many values for each example.
//
// `lengths`: an input that says how many positions each example has; the values behind become
// zeros, whatever they are.
std::shared_ptr<const graph::Op> make_reshape(graph::SlotId input, graph::SlotId output,
                                              std::optional<graph::SlotId> lengths = std::nullopt);

// Whether the operation gives the values of a slot another form.
bool is_reshape(const graph::Op& op);

}  // namespace lithe::ops
