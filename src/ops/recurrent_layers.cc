// rnn, lstm, gru: layers that go along a sequence and read their own outputs of the position before
// (Elman, 1990; Hochreiter and Schmidhuber, 1997, with the forget gate of Gers and others, 2000;
// Cho and others, 2014, with the reset behind the product). The order of gates is that of PyTorch:
// input, forget, cell and output; reset, update and new.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "ops/layer.h"
#include "ops/noise.h"
#include "ops/over_time.h"
#include "ops/recurrent.h"
#include "ops/sequence.h"

namespace lithe::ops {

namespace {

using network::Argument, network::Category, network::Declaration, network::Type;

// The activation of a plain layer, which must work value by value.
void read_activation(const Component& layer, const GraphBuilder& builder, Recurrence& work) {
  const Component& activation = layer.component("activation");
  const auto* row =
      std::ranges::find(activations::kActivations, activation.name, &activations::Row::name);
  if (row == std::end(activations::kActivations))
    builder.fail(fmt::format("{} cannot be the activation of rnn", activation.name),
                 "tanh or relu");
  work.activation = row->activation;
  if (!row->argument.empty()) work.argument = activation.number(std::string(row->argument));
}

struct Weights {
  ParameterId input, bias;
};

Weights add_input_weights(const Component& layer, GraphBuilder& builder, Cell cell,
                          std::size_t channels, std::size_t units) {
  const std::size_t columns = gates_of(cell) * units;
  Component bias{"zeros", {}};
  if (cell == Cell::lstm) bias = {"forget_bias", {{"value", layer.number("forget_bias")}}};
  const ParameterId weight = builder.add_parameter(
      {builder.parameter_name("weight"), ParameterKind::weight, channels, columns, channels, units,
       resolve_initializer(layer.component("init"), "tanh")});
  return {weight, builder.add_parameter({builder.parameter_name("bias"), ParameterKind::vector, 1,
                                         columns, channels, units, bias})};
}

void add_recurrent_weights(const Component& layer, GraphBuilder& builder, Recurrence& work,
                           std::size_t units) {
  const std::size_t columns = gates_of(work.cell) * units;
  work.weight = builder.add_parameter(
      {builder.parameter_name("recurrent_weight"), ParameterKind::weight, units, columns, units,
       units, resolve_initializer(layer.component("recurrent_init"), "tanh")});
  work.bias = kNoBias;
  if (work.cell == Cell::gru)
    work.bias =
        builder.add_parameter({builder.parameter_name("recurrent_bias"), ParameterKind::vector, 1,
                               columns, units, units, Component{"zeros", {}}});
}

template <Cell kCell>
void build(const Component& layer, GraphBuilder& builder) {
  const auto [length, channels] = read_sequence(layer, builder);
  const std::size_t units = layer.integer("units");
  Recurrence work{};
  work.cell = kCell;
  work.reverse = layer.component("reverse").name == "true";
  if (work.reverse && builder.goes_on())
    builder.fail(fmt::format("{} begins at the end of the sequence, so the network cannot go along "
                             "it a position at a time",
                             layer.name),
                 "a recurrent layer without reverse, and none in bidirectional");
  if (kCell == Cell::rnn) read_activation(layer, builder, work);
  builder.by_positions(length, channels);
  const SlotId input = builder.slot;
  const Weights weights = add_input_weights(layer, builder, kCell, channels, units);
  add_recurrent_weights(layer, builder, work, units);
  work.sums = builder.advance("sums", gates_of(kCell) * units);
  builder.add(make_dense({input, work.sums, weights.input, weights.bias}));
  work.before = builder.advance("outputs before", units);
  work.output = builder.advance("outputs", units);
  work.lengths = builder.lengths;
  work.begins = builder.graph.begins;
  if (builder.goes_on()) work.outputs_state = builder.add_state(units);
  if (builder.goes_on() && kCell == Cell::lstm) work.cells_state = builder.add_state(units);
  builder.add(make_recurrence(work));
  builder.shape = Shape{{length, units}};
  builder.channels = units;
  if (layer.component("give").name == "last")
    add_over_time(builder, work.reverse ? OverTime::first : OverTime::last);
  add_dropout(builder, layer.number("dropout"));
}

Argument units_argument() { return {"units", "number of units", Type::integer, {}, 1, 1 << 16}; }

std::vector<Argument> arguments(std::vector<Argument> first, std::vector<Argument> last = {}) {
  last.push_back({"dropout",
                  "while training, drops each of the layer's outputs with this probability, as a "
                  "layer dropout behind it does",
                  Type::number, "0", 0, 0.99});
  const Argument common[] = {{"give", "its outputs at all positions, or at the last one alone",
                              Type::component, "last", 0, 0, false, Category::give},
                             {"reverse", "from the last position to the first", Type::component,
                              "false", 0, 0, false, Category::answer},
                             {"init", "initial weights of the input", Type::component, "auto", 0, 0,
                              false, Category::initializer},
                             {"recurrent_init", "initial weights of its own outputs",
                              Type::component, "orthogonal", 0, 0, false, Category::initializer}};
  first.insert(first.end(), std::begin(common), std::end(common));
  first.insert(first.end(), last.begin(), last.end());
  return first;
}

}  // namespace

std::vector<Declaration> give_declarations() {
  return {{"last", "the output behind the whole sequence"}, {"all", "the output at each position"}};
}

std::vector<Layer> recurrent_layers() {
  return {
      {{"rnn", "a recurrent layer: reads its own outputs of the position before (Elman, 1990)",
        arguments({units_argument(),
                   {"activation", "applied to each unit", Type::component, "tanh", 0, 0, false,
                    Category::activation}})},
       build<Cell::rnn>,
       InputForm::shaped,
       /*holds_layers=*/false,
       Unequal::whole,
       /*by_steps=*/true},
      {{"lstm",
        "a recurrent layer with cells that are kept, changed and shown by gates (Hochreiter and "
        "Schmidhuber, 1997)",
        arguments({units_argument()}, {{"forget_bias", "initial biases of the forget gates",
                                        Type::number, "1", -100, 100}})},
       build<Cell::lstm>,
       InputForm::shaped,
       /*holds_layers=*/false,
       Unequal::whole,
       /*by_steps=*/true},
      {{"gru",
        "a recurrent layer with two gates for each unit, smaller than lstm (Cho and others, 2014)",
        arguments({units_argument()})},
       build<Cell::gru>,
       InputForm::shaped,
       /*holds_layers=*/false,
       Unequal::whole,
       /*by_steps=*/true}};
}

}  // namespace lithe::ops
