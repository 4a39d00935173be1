// Writes what an agent has learned as a plain network that acts.
#pragma once

#include "lithe/model.h"

namespace lithe::agents {

// Both networks are the same except for their last layer, which is dense. The layers before it are
// copied.

// Copies the first outputs of `from` to the outputs of `to`.
void export_policy(const Model& from, Model& to);
// For a dueling network: output 0 of `from` is the value of the state, the others are the
// advantages of the actions. The outputs of `to` become value + advantage - mean of the advantages,
// by adding the units of the last layer.
void export_dueling_policy(const Model& from, Model& to);

}  // namespace lithe::agents
