// Reuse: layers of one model in another.
//
//   Reuse reuse = replace_head(old.network(), "dense(3)");
//   Model model(reuse.network, old.precision(), seed, meaning);
//   copy_layers(old, model, reuse.layers);
//   Trainer trainer(model, ..., {.frozen = {1, 2, 3}});
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lithe/model.h"

namespace lithe {

struct Reuse {
  Network network;
  std::size_t layers;  // that are the old network's
};

// The network with its last layer that has weights, and all that follows it, replaced by `head`, a
// sentence of one or more layers.
Reuse replace_head(const Network& network, const std::string& head);

// The network with another number of units in its last dense layer: for another number of classes.
// It must begin with `input`. Throws Error(model) where it does not end in a dense layer,
// activations at most behind it.
Network with_outputs(const Network& network, std::size_t units);

// Copies the arrays of the first `layers` layers, and nothing besides: what says "unknown" of the
// old network (Model::extra_arrays) does not hold once the layers learn on.
// Throws Error(model) with both shapes where one does not fit. Returns the numbers of the layers
// that had something to copy.
std::vector<std::size_t> copy_layers(const Model& from, Model& to, std::size_t layers = SIZE_MAX);

}  // namespace lithe
