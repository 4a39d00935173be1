// Transfer learning: reusing the layers of one model in another.
//
//   Reuse reuse = replace_head(old.network(), "dense(3)");
//   Model model(reuse.network, old.precision(), seed, preprocessing);
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
  std::size_t layers;  // how many of its first layers are those of the old network
};

// Replaces the network's last layer that has weights, and everything after it, by `head`, a
// sentence of one or more layers.
Reuse replace_head(const Network& network, const std::string& head);

// Changes the number of units of the network's last dense layer, for another number of classes.
// The network must begin with `input`. Throws Error(model) unless its last layer with weights is a
// dense one.
Network with_outputs(const Network& network, std::size_t units);

// Copies the arrays of the first `layers` layers, and nothing else: the calibration of the old
// network (Model::extra_arrays) is no longer valid once the layers are trained further.
// Throws Error(model) with both shapes if an array does not fit. Returns the numbers of the layers
// that have arrays.
std::vector<std::size_t> copy_layers(const Model& from, Model& to, std::size_t layers = SIZE_MAX);

}  // namespace lithe
