// Activations: as layers of their own, and as what other layers end with.
#pragma once

#include <string_view>

#include "activations/activation.h"
#include "graph/op.h"
#include "ops/layer.h"

namespace lithe::ops {

// output = activation(input), value by value.
struct Activate {
  SlotId input, output;
  activations::Activation activation;
  double argument;

  std::vector<SlotId> inputs() const { return {input}; }
  std::vector<ParameterId> parameters() const { return {}; }
  graph::Traits traits() const;
  double operations(const Graph&) const { return 0; }
  template <typename T>
  void forward(plan::Lowering<T>&, const Operation&) const;
  template <typename T>
  void backward(plan::Lowering<T>&, const Operation&) const;
};

// The activation that an operation is; null where it is none of the rows of activations.inc.
const Activate* as_activation(const graph::Op& op);

// What a sentence can name as an activation, and how it is added to a graph.
struct ActivationKind {
  network::Declaration declaration;
  void (*add)(const Component&, GraphBuilder&);
  std::string_view initializer;  // of the weights in front of it, where they are left to `auto`
};
ActivationKind prelu();    // prelu.cc
ActivationKind softmax();  // softmax.cc

}  // namespace lithe::ops
