// Reuse: layers of one model in another.
//
//   Network network = replace_head(old.network(), "dense(3)");
//   Model model(network, old.precision(), seed, meaning);
//   copy_layers(old, model);
//   Trainer trainer(model, ..., {.frozen = {1, 2, 3}});
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lithe/model.h"

namespace lithe {

// The network with its last layer that has weights, and all that follows it, replaced by `head`, a
// sentence of one or more layers.
Network replace_head(const Network& network, const std::string& head);

// Copies the arrays of layers that both models have at the same number. Throws Error(model) with
// both shapes where an array's shape differs, except in the last layer of `to`, which is left as it
// is where it differs. Returns the numbers of the layers that were copied.
std::vector<std::size_t> copy_layers(const Model& from, Model& to);

}  // namespace lithe
