// The contract of a layer: its declaration, and how it writes itself into a graph. To add one,
// write it in a file of this folder and name it in layers.inc.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "lithe/component.h"
#include "network/declaration.h"

namespace lithe::ops {

using graph::Graph, graph::Operation, graph::ParameterId, graph::ParameterKind;
using graph::ParameterSpec, graph::Slot, graph::SlotId;

struct Layer;

// What recurrent layers begin the examples with: nothing; what comes in as inputs of the graph
// (graph::Graph::states); or what the same row of the batch before ended with (Graph::carried).
enum class Past { none, given, carried };

// What a graph in the making knows of the catalogue: how sentences are printed, and the layer of a
// name, which must be declared.
struct LayerCatalogue {
  const network::Catalogue& declarations;
  const Layer& (*find)(const std::string& name);
};

// A graph in the making: what the layers so far have produced, and the layer whose turn it is.
struct GraphBuilder {
  explicit GraphBuilder(const LayerCatalogue& layers) : catalogue(layers) {}

  const LayerCatalogue& catalogue;
  Graph graph;
  SlotId slot = 0;           // what the next layer reads
  Shape shape;               // of one example in that slot
  std::size_t channels = 0;  // the last size of the shape, where that counts channels; or 0
  // Where each example of the present sequence ends; none: all are whole.
  std::optional<SlotId> lengths;
  Past past = Past::none;
  std::size_t layer = 0;  // number of the layer; the input and layers that hold others not counted
  std::string label;      // "1 dense(30, sigmoid)"
  std::vector<graph::LayerOutput> outputs;  // of the layers so far
  const Sentence* sentence = nullptr;
  std::size_t position = 0;  // of the layer in the sentence
  // The network that the layer stands in, where that is one of several beside one another.
  const Sentence* member = nullptr;
  // The weights of the first embedding, where a dense layer of this network says that they are its
  // own too.
  std::optional<ParameterId> tied;
  // Parameters that the next layers use in the place of their own, in the order in which they would
  // add them (tied weights).
  std::vector<ParameterId> shared;

  // A graph that goes along a sequence a position at a time: `shape` is that of the whole sequence,
  // and slots have one position of it. Layers that look at other positions remember them.
  bool by_steps() const { return graph.step.has_value(); }

  void set_shape(const Shape& of_example) {
    shape = of_example;
    channels = shape.sizes.size() == 3 ? shape.sizes.back() : 0;
  }
  // A sequence is length x channels: what conv1d and the recurrent layers put out. Layers behind it
  // work at each position by itself, unless they say otherwise.
  bool is_sequence() const { return channels > 0 && shape.sizes.size() == 2; }
  // Brings the values of an example, length x columns of them, into a slot with a row for each
  // position; or into one with a single row, for layers that look at the whole example.
  void by_positions(std::size_t length, std::size_t columns);
  void by_positions() {
    if (is_sequence()) by_positions(shape.sizes[0], shape.sizes[1]);
  }
  void by_examples();
  // Throws Error(sentence) that points at this layer.
  [[noreturn]] void fail(const std::string& problem, const std::string& remedy) const;
  // For a graph that goes by steps: an input for one position of `columns` values, and one for its
  // number.
  void add_steps(std::size_t columns);
  // For a graph whose examples are parts of longer sequences, a single position say: an input that
  // says where sequences begin.
  void add_begins(std::size_t positions);
  bool goes_on() const { return past != Past::none; }
  // In such a graph, `columns` values that the layer remembers from one part to the next.
  graph::State add_state(std::size_t columns);
  // The layer remembers that many positions at most, where the graph goes by steps.
  void remember(std::size_t length);
  // For a network whose examples are sequences with an end of their own: an input for their
  // lengths, and zeros behind their ends.
  void add_lengths();
  // The layers of a network inside this one, one after another.
  void append(const Sentence& network);

  // For layers: a slot as wide as the present one or of `columns`, with as many positions, which
  // becomes the present one; an operation; a parameter of this layer, "weight" say.
  SlotId advance(const std::string& what, std::size_t columns);
  SlotId advance(const std::string& what) { return advance(what, graph.slots[slot].columns); }
  void add(std::shared_ptr<const graph::Op> op);
  ParameterId add_parameter(ParameterSpec spec);
  ParameterId add_vector(const std::string& name, ParameterKind kind, double value,
                         std::size_t columns);
  ParameterId add_vector(const std::string& name, ParameterKind kind, double value) {
    return add_vector(name, kind, value, graph.slots[slot].columns);
  }
  std::string print_layer(const Component& component) const;
  std::string parameter_name(const std::string& name) const;
  // How many numbers of its own a layer learns that goes value by value: one for each channel of an
  // image, or one for each column.
  std::size_t channels_or_columns() const {
    return channels > 0 ? channels : graph.slots[slot].columns;
  }
  // What an activation's sentence says: nothing for identity.
  void activate(const Component& activation);
};

// What an example is to a layer that is the first to care.
enum class InputForm { any, row, shaped };

// What a layer makes of sequences of unequal length.
enum class Unequal {
  refused,           // it would look at what stands behind their ends
  at_each_position,  // each position by itself
  whole,             // it knows where each example ends
};

struct Layer {
  network::Declaration declaration;
  void (*build)(const Component&, GraphBuilder&);
  InputForm takes = InputForm::any;
  bool holds_layers = false;  // and is none itself
  Unequal unequal = Unequal::refused;
  // It can go along a sequence a position at a time, as every layer can that works at each
  // position.
  bool by_steps = false;
};

// The layers of each file.
#define LITHE_LAYERS(name) std::vector<Layer> name##_layers();
#include "ops/layers.inc"
#undef LITHE_LAYERS
// Activations, as arguments of other layers.
std::vector<network::Declaration> activation_declarations();

// What padding says, as a component or a number.
std::vector<network::Declaration> padding_declarations();
// How a convolution is computed.
std::vector<network::Declaration> algorithm_declarations();
// What a recurrent layer gives: its outputs at all positions, or at the last one.
std::vector<network::Declaration> give_declarations();
// Which positions attention looks at; what tells positions apart; where a transformer has its
// norms.
std::vector<network::Declaration> mask_declarations();
std::vector<network::Declaration> position_declarations();
std::vector<network::Declaration> norm_order_declarations();
// What an ensemble is the mean of.
std::vector<network::Declaration> mean_declarations();

// The initializer `auto` follows the activation.
Component resolve_initializer(const Component& initializer, const std::string& activation);

}  // namespace lithe::ops
