// What a network computes: operations on named slots of values. Layers write the graph, a plan
// lowers it to stages. The backward pass is not written down: it follows from the operations.
//
// A slot holds positions x columns values for each example of a batch (an example without positions
// has one). One operation writes a slot, or it is an input or carried over from the step before;
// any number of operations may read it. A parameter may be used by several operations: its gradient
// is the sum over its uses.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lithe/component.h"

namespace lithe::graph {

class Op;

using SlotId = std::size_t;
using ParameterId = std::size_t;

// numbers: values of the plan's precision. integers: 32-bit indices, such as categories or
// characters; only inputs hold them, and no gradient reaches them.
enum class SlotKind { numbers, integers };

struct Slot {
  std::string name;
  std::size_t columns;
  std::size_t positions = 1;
  SlotKind kind = SlotKind::numbers;

  std::size_t size() const { return positions * columns; }  // values of an example
};

inline constexpr std::size_t kMostParameters = std::size_t{1} << 31;  // 8 GiB in float32
inline constexpr std::size_t kMostColumns = std::size_t{1} << 26;
inline constexpr std::size_t kMostOperations = 20'000;

// weight: a trainable matrix [rows][columns]. vector: trainable, one value a column (rows is 1).
// statistic: like a vector, but taken from the data, not trained.
enum class ParameterKind { weight, vector, statistic };

struct ParameterSpec {
  std::string name;  // "layers.0.weight"
  ParameterKind kind;
  std::size_t rows, columns;
  std::size_t fan_in, fan_out;  // what the scale of initial values is taken from
  Component initializer;
};

struct Operation {
  std::size_t layer;  // its number, from 1
  std::string label;  // as a person counts and names it: "1 dense(30, sigmoid)"
  std::shared_ptr<const Op> op;
};

// A layer that a graph was made of, and the shape of one example behind it.
struct LayerOutput {
  std::size_t layer;  // its number, from 1
  std::string label;
  Shape shape;
};

// A slot that is known by a name outside of the graph: an input or an output.
struct NamedSlot {
  std::string name;
  SlotId slot;
};

// What a recurrent layer remembers of an example: the slot that says it before the first position,
// and the one that says it behind the last.
struct State {
  SlotId before, after;
};

// A slot that holds what another one held at the end of the step before: zeros in the first step of
// a run, and wherever an example's state is reset. No gradient goes back from step to step.
struct Carried {
  SlotId from, to;
};

struct Graph {
  std::vector<Slot> slots;
  std::vector<ParameterSpec> parameters;
  std::vector<Operation> operations;
  std::vector<NamedSlot> inputs;   // the first is slot 0, the features of the examples
  std::vector<NamedSlot> outputs;  // the first is what a loss looks at
  std::vector<Carried> carried;
  // The input, of integers, that says how many positions each example has, where that may be fewer
  // than the slots hold. The values behind an example's end are zeros or made from zeros: they are
  // finite, nothing that has an end is computed from them, and their gradient is zero.
  std::optional<SlotId> lengths;
  // Of a graph whose examples are parts of longer sequences (catalogue::compile_segments and
  // compile_steps): what recurrent layers remember, which comes in as inputs "state 1", "state 2",
  // ..., and the input, of integers, that is not 0 at the positions where a sequence begins anew.
  // There everything before counts as zeros. No gradient goes back into a state.
  std::vector<State> states;
  std::optional<SlotId> begins;
  // Of a graph that goes along a sequence a position at a time: the input, of integers, that says
  // which position each example has come to. `most_steps`: how many positions can be remembered; 0:
  // any number.
  std::optional<SlotId> step;
  std::size_t most_steps = 0;
  std::size_t layers = 0;

  SlotId output() const { return outputs.front().slot; }
  SlotId add_slot(std::string name, std::size_t columns, std::size_t positions = 1);
  SlotId add_input(std::string name, std::size_t columns, std::size_t positions = 1,
                   SlotKind kind = SlotKind::numbers);
  ParameterId add_parameter(ParameterSpec spec);
  void add(Operation operation) { operations.push_back(std::move(operation)); }
};

// Operations of the forward pass for one example: two for each multiply-add with a trainable value,
// zeros counted like any value. The count that networks, plans and profiles share.
double forward_operations(const Graph& graph);

// The matrix among an operation's parameters, if it has one.
std::optional<ParameterId> weight_of(const Graph& graph, const Op& op);

}  // namespace lithe::graph
