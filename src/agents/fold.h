// What was learned in a form of its own, as a plain network that acts.
#pragma once

#include "lithe/model.h"

namespace lithe::agents {

// Both networks are alike but for their last layer, which is dense. What stands before it is
// copied.

// The first outputs of `from` become those of `to`.
void fold(const Model& from, Model& to);
// Output 0 of `from` is the value of the state, the others are advantages of actions. Those of `to`
// become value + advantage - mean of the advantages: sums of the last layer's units.
void fold_duelling(const Model& from, Model& to);

}  // namespace lithe::agents
