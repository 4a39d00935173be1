#include "ops/layer.h"

#include <fmt/format.h>

#include "network/bind.h"
#include "network/syntax.h"
#include "ops/reshape.h"

namespace lithe::ops {

namespace {

// Sizes are bounded here, so that nothing later has to fear that a product of some overflows.
void check_size(const GraphBuilder& builder) {
  std::size_t values = 0;
  for (const ParameterSpec& spec : builder.graph.parameters) values += spec.rows * spec.columns;
  using graph::kMostColumns, graph::kMostOperations, graph::kMostParameters;
  if (builder.graph.operations.size() > kMostOperations)
    builder.fail(fmt::format("more than {} operations", kMostOperations), "fewer repetitions");
  const std::size_t wide = builder.graph.slots[builder.slot].size();
  if (wide > kMostColumns)
    builder.fail(fmt::format("an example has {} values here", wide),
                 fmt::format("at most {}: fewer channels, or larger steps", kMostColumns));
  if (values > kMostParameters)
    builder.fail(fmt::format("up to here there are {} values to learn", values),
                 fmt::format("at most {}: fewer units", kMostParameters));
}

}  // namespace

namespace {

// Whether a layer may take the present sequence, of which each example has an end of its own.
void check_unequal(const Layer& layer, const GraphBuilder& builder) {
  constexpr const char* kOneRow =
      "last, mean_over_time, max_over_time or a recurrent layer (rnn, lstm, gru) in front of it, "
      "which make one row of a sequence";
  if (layer.holds_layers || layer.unequal == Unequal::whole) return;
  if (layer.unequal == Unequal::refused)
    builder.fail(fmt::format("{} cannot take sequences of unequal length: it would look at what "
                             "stands behind their ends",
                             layer.declaration.name),
                 kOneRow);
  if (!builder.is_sequence())
    builder.fail(fmt::format("{} works at each position of a sequence of unequal length, and the "
                             "positions of {} have no channels",
                             layer.declaration.name, builder.shape.to_string()),
                 fmt::format("input({}x1, lengths=true), or embedding, rnn, lstm or gru in front",
                             builder.shape.to_string()));
}

// Whether a layer can go along a sequence a position at a time.
void check_steps(const Layer& layer, const GraphBuilder& builder) {
  if (layer.holds_layers || layer.by_steps) return;
  const bool is_row = builder.shape.sizes.size() == 1 &&
                      builder.graph.slots[builder.slot].columns == builder.shape.size();
  const bool at_each =
      layer.unequal == Unequal::at_each_position && (builder.is_sequence() || is_row);
  if (!at_each)
    builder.fail(fmt::format("{} looks at the whole sequence, so the network cannot go along it a "
                             "position at a time",
                             layer.declaration.name),
                 "layers that look back alone: embedding, position, attention and transformer with "
                 "causal, rnn, lstm and gru without reverse");
}

}  // namespace

std::string GraphBuilder::print_layer(const Component& component) const {
  return network::print(component, network::Category::layer, catalogue.declarations);
}

void GraphBuilder::fail(const std::string& problem, const std::string& remedy) const {
  std::string before;
  for (std::size_t i = 0; i < position; ++i) before += print_layer((*sentence)[i]) + " -> ";
  const std::string wrong = print_layer((*sentence)[position]);
  network::fail(network::print(*sentence, catalogue.declarations),
                {before.size(), before.size() + wrong.size()}, problem, remedy);
}

void GraphBuilder::append(const Sentence& network) {
  for (const Component& component : network) {
    const Layer& made_by = catalogue.find(component.name);
    if (!made_by.holds_layers) label = fmt::format("{} {}", ++layer, print_layer(component));
    if (lengths) check_unequal(made_by, *this);
    if (by_steps()) check_steps(made_by, *this);
    made_by.build(component, *this);
    if (!made_by.holds_layers) outputs.push_back({layer, label, shape});
    check_size(*this);
  }
}

SlotId GraphBuilder::advance(const std::string& what, std::size_t columns) {
  slot = graph.add_slot(fmt::format("{} of layer {}", what, label), columns,
                        graph.slots[slot].positions);
  return slot;
}

void GraphBuilder::by_positions(std::size_t length, std::size_t columns) {
  if (graph.slots[slot].positions == length || by_steps()) return;
  const SlotId row = slot;
  slot = graph.add_slot(fmt::format("positions of layer {}", label), columns, length);
  add(make_reshape(row, slot, lengths));
}

void GraphBuilder::add_lengths() {
  lengths = graph.lengths = graph.add_input("lengths", 1, 1, graph::SlotKind::integers);
  if (shape.sizes.size() != 2) return;  // whoever makes positions of a row knows where it ends
  channels = shape.sizes.back();
  layer = 1;
  label = print_layer(sentence->front());
  by_positions();
  layer = 0;
}

void GraphBuilder::add_steps(std::size_t columns) {
  slot = graph.add_input("input", columns);
  graph.step = graph.add_input("position", 1, 1, graph::SlotKind::integers);
}

void GraphBuilder::add_begins(std::size_t positions) {
  past = Past::given;
  graph.begins = graph.add_input("begins", 1, positions, graph::SlotKind::integers);
}

graph::State GraphBuilder::add_state(std::size_t columns) {
  const std::string name = fmt::format("state {}", graph.states.size() + graph.carried.size() + 1);
  const bool given = past == Past::given;
  const SlotId before = given ? graph.add_input(name, columns) : graph.add_slot(name, columns);
  const graph::State state{before, graph.add_slot(name + " behind", columns)};
  if (given)
    graph.states.push_back(state);
  else
    graph.carried.push_back({state.after, state.before});
  return state;
}

void GraphBuilder::remember(std::size_t length) {
  if (by_steps())
    graph.most_steps = length;
  else if (past == Past::given)
    fail(fmt::format("{} looks at the positions of its own example alone, and the examples are "
                     "parts of longer sequences",
                     (*sentence)[position].name),
         "rnn, gru or lstm, which remember what was before");
}

void GraphBuilder::by_examples() {
  if (!is_sequence() || graph.slots[slot].positions == 1) return;
  const SlotId positions = slot;
  slot = graph.add_slot(fmt::format("positions in a row of layer {}", label), shape.size());
  add(make_reshape(positions, slot));
}

void GraphBuilder::add(std::shared_ptr<const graph::Op> op) {
  graph.add({layer, label, std::move(op)});
}

std::string GraphBuilder::parameter_name(const std::string& name) const {
  return fmt::format("layers.{}.{}", layer - 1, name);
}

ParameterId GraphBuilder::add_parameter(ParameterSpec spec) {
  if (shared.empty()) return graph.add_parameter(std::move(spec));
  const ParameterId id = shared.front();
  shared.erase(shared.begin());
  const ParameterSpec& other = graph.parameters[id];
  if (other.kind != spec.kind || other.rows != spec.rows || other.columns != spec.columns)
    fail(fmt::format("{} of {}x{} cannot share {} of {}x{}", spec.name, spec.rows, spec.columns,
                     other.name, other.rows, other.columns),
         "layers of the same size");
  return id;
}

ParameterId GraphBuilder::add_vector(const std::string& name, ParameterKind kind, double value,
                                     std::size_t columns) {
  return add_parameter({parameter_name(name), kind, 1, columns, columns, columns,
                        Component{"constant", {{"value", value}}}});
}

}  // namespace lithe::ops
