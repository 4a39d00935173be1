// All that sentences can say, and what a network's sentence computes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "lithe/component.h"
#include "network/declaration.h"

namespace lithe::catalogue {

using graph::Graph;

const network::Catalogue& catalogue();

// The graph of a network. The sentence must begin with `input`. Throws Error(sentence) where layers
// do not fit one another, pointing at the one that does not.
Graph compile(const Sentence& network);
// A graph that goes along a sequence one position at a time: its input and output are those of one
// position. What recurrent layers remember comes in and goes out, as inputs and outputs "state 1",
// "state 2", ... (graph::Graph::states); what attention needs of the positions before is kept
// (graph::Graph::step). The parameters are those of compile(). Throws Error(sentence) where a layer
// looks ahead.
Graph compile_steps(const Sentence& network);
// The same for segments of longer sequences, of as many positions as the network's input has: what
// recurrent layers remember comes in. The input must have `lengths`. Throws Error(sentence) where a
// layer looks ahead, remembers positions, or makes one row of a sequence.
Graph compile_segments(const Sentence& network);
// The graph of a network whose recurrent layers go on, in each row of a batch, from where that row
// of the batch before ended (graph::Graph::carried). Throws Error(sentence) where a recurrent layer
// begins at the end of the sequence.
Graph compile_carried(const Sentence& network);

// Writes layers behind a slot of a graph, whose positions have `shape` each, and returns the slot
// that they put out, with as many positions. Where `shared` names parameters, the layers use those
// in the place of their own, in the order in which they would add them.
graph::SlotId append(Graph& graph, graph::SlotId from, const Shape& shape, const Sentence& layers,
                     std::vector<graph::ParameterId> shared = {});

// The input that suits a network without one: examples of `shape`, in a row where its first layer
// wants them so.
Shape fitting_input(const Sentence& network, const Shape& shape);

// One layer as its sentence, and several, one behind the other.
std::string print_layer(const Component& layer);
std::string print_layers(std::span<const Component> layers);

// What each layer of a network puts out, in their order.
std::vector<graph::LayerOutput> layer_outputs(const Sentence& network);

// Whether examples are sequences, each with a length of its own.
bool has_lengths(const Sentence& network);
// The shape of an example that comes in, and of what goes out.
Shape input_shape(const Sentence& network);
Shape output_shape(const Sentence& network);

}  // namespace lithe::catalogue
