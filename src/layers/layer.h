// The contract of a layer: its declaration, and how it writes itself into a graph. One file a
// layer; to add one, write it and name it in catalogue.cc.
#pragma once

#include <string>

#include "layers/graph.h"
#include "lithe/component.h"
#include "network/declaration.h"

namespace lithe::layers {

// A graph in the making: what the layers so far have produced, and the layer whose turn it is.
struct GraphBuilder {
  Graph graph;
  SlotId slot = 0;        // what the next layer reads
  Shape shape;            // of one example in that slot
  std::size_t layer = 0;  // number of the layer, the input not counted
  std::string label;      // "1 dense(30, sigmoid)"
  const Sentence* sentence = nullptr;
  std::size_t position = 0;  // of the layer in the sentence

  // Throws Error(sentence) that points at this layer.
  [[noreturn]] void fail(const std::string& problem, const std::string& remedy) const;
  // Adds activation(slot) behind what is there, in place where that is a product.
  void activate(activations::Activation activation);
};

struct Layer {
  network::Declaration declaration;
  void (*build)(const Component&, GraphBuilder&);
  bool takes_flat_input = false;  // an example is one row of values to it, whatever its shape
};

Layer dense();
Layer flatten();
Layer input();
// One for each activation.
std::vector<Layer> activation_layers();

}  // namespace lithe::layers
