#include "catalogue/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "activations/activation.h"
#include "augment/augment.h"
#include "initializers/initializers.h"
#include "lithe/error.h"
#include "losses/loss.h"
#include "network/bind.h"
#include "network/syntax.h"
#include "ops/layer.h"
#include "optimizers/optimizers.h"
#include "schedules/schedules.h"

namespace lithe::catalogue {

namespace {

using network::Category;

const std::vector<ops::Layer>& layers() {
  static const std::vector<ops::Layer> all = [] {
    std::vector<ops::Layer> result;
#define LITHE_LAYERS(name) \
  for (ops::Layer & layer : ops::name##_layers()) result.push_back(std::move(layer));
#include "ops/layers.inc"
#undef LITHE_LAYERS
    return result;
  }();
  return all;
}

const ops::Layer& layer_called(const std::string& name) {
  const auto found = std::find_if(layers().begin(), layers().end(), [&](const ops::Layer& layer) {
    return layer.declaration.name == name;
  });
  assert(found != layers().end());
  return *found;
}

struct Built {
  Graph graph;
  std::vector<graph::LayerOutput> layers;
  Shape shape;  // of what goes out
};

// How the examples come in.
enum class Taken { whole, by_steps, in_segments, carried };

void add_input(const Sentence& network, Taken taken, ops::GraphBuilder& builder) {
  const std::vector<std::size_t>& sizes = builder.shape.sizes;
  if (taken == Taken::by_steps) {
    if (sizes.size() > 2)
      builder.fail(fmt::format("an example of {} is no sequence", builder.shape.to_string()),
                   "input(48x7), for 48 steps of 7 values");
    builder.add_steps(sizes.size() == 2 ? sizes[1] : 1);
    builder.add_begins(1);
    // As in a whole sequence: without ends of its own it is one row until a layer takes it apart.
    if (sizes.size() == 2 && has_lengths(network)) builder.channels = sizes[1];
    return;
  }
  if (taken == Taken::carried) builder.past = ops::Past::carried;
  builder.slot = builder.graph.add_input("input", builder.shape.size());
  if (!has_lengths(network)) return;
  if (sizes.size() > 2)
    builder.fail(fmt::format("an example of {} is no sequence, so it has no length of its own",
                             builder.shape.to_string()),
                 "input(48x7, lengths=true), for up to 48 steps of 7 values");
  builder.add_lengths();
  if (taken == Taken::in_segments) builder.add_begins(sizes.front());
}

Built build(const Sentence& network, Taken taken = Taken::whole) {
  if (network.empty() || network.front().name != "input")
    throw Error(ErrorKind::sentence, "this network does not say what comes in", {},
                "begin it with input(784), say, or Network::with_input");
  const ops::LayerCatalogue all_layers{catalogue(), layer_called};
  ops::GraphBuilder builder(all_layers);
  builder.sentence = &network;
  builder.set_shape(network.front().shape("shape"));
  add_input(network, taken, builder);
  for (std::size_t i = 1; i < network.size(); ++i) {
    builder.position = i;
    builder.append({network[i]});
  }
  builder.by_positions();
  const auto& all = builder.graph.parameters;
  if (std::none_of(all.begin(), all.end(),
                   [](const auto& p) { return p.kind != graph::ParameterKind::statistic; })) {
    builder.position = network.size() - 1;
    builder.fail("this network has nothing to learn",
                 "add a layer with weights, such as dense(10)");
  }
  builder.graph.outputs = {{"output", builder.slot}};
  builder.graph.layers = builder.layer;
  return {std::move(builder.graph), std::move(builder.outputs), builder.shape};
}

ops::InputForm taken_by(const Sentence& network);

// What the networks inside a layer want.
ops::InputForm taken_inside(const Component& layer) {
  for (const auto& [name, value] : layer.arguments) {
    if (const auto* network = std::get_if<Sentence>(&value)) return taken_by(*network);
    if (const auto* several = std::get_if<std::vector<Sentence>>(&value))
      for (const Sentence& network : *several)
        if (const auto takes = taken_by(network); takes != ops::InputForm::any) return takes;
  }
  return ops::InputForm::any;
}

// What the first layer wants to which the shape of its input matters.
ops::InputForm taken_by(const Sentence& network) {
  for (const Component& component : network) {
    const ops::Layer& layer = layer_called(component.name);
    const bool inside = layer.holds_layers && layer.takes == ops::InputForm::any;
    const ops::InputForm takes = inside ? taken_inside(component) : layer.takes;
    if (takes != ops::InputForm::any) return takes;
  }
  return ops::InputForm::any;
}

}  // namespace

std::string print_layer(const Component& layer) {
  return network::print(layer, Category::layer, catalogue());
}

std::string print_layers(std::span<const Component> layers) {
  return network::print(Sentence(layers.begin(), layers.end()), catalogue());
}

const network::Catalogue& catalogue() {
  static const network::Catalogue all = [] {
    network::Catalogue result;
    for (const ops::Layer& layer : layers())
      result.add(Category::layer, std::span(&layer.declaration, 1));
    result.add(Category::activation, ops::activation_declarations());
    result.add(Category::padding, ops::padding_declarations());
    result.add(Category::algorithm, ops::algorithm_declarations());
    result.add(Category::give, ops::give_declarations());
    result.add(Category::mask, ops::mask_declarations());
    result.add(Category::position, ops::position_declarations());
    result.add(Category::norm_order, ops::norm_order_declarations());
    result.add(Category::mean, ops::mean_declarations());
    const network::Declaration answers[] = {{"true", "yes"}, {"false", "no"}};
    result.add(Category::answer, answers);
    result.add(Category::loss, losses::declarations());
    result.add(Category::schedule, schedules::declarations());
    result.add(Category::averaging, optimizers::averaging_declarations());
    result.add(Category::augmentation, augment::declarations());
    result.add(Category::optimizer, optimizers::declarations());
    result.add(Category::initializer, initializers::declarations());
    return result;
  }();
  return all;
}

graph::SlotId append(Graph& graph, graph::SlotId from, const Shape& shape, const Sentence& layers,
                     std::vector<graph::ParameterId> shared) {
  const ops::LayerCatalogue all_layers{catalogue(), layer_called};
  ops::GraphBuilder builder(all_layers);
  builder.graph = std::move(graph);
  builder.slot = from;
  builder.set_shape(shape);
  builder.layer = builder.graph.layers;
  builder.sentence = &layers;
  builder.shared = std::move(shared);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    builder.position = i;
    builder.append({layers[i]});
  }
  graph = std::move(builder.graph);
  graph.layers = builder.layer;
  return builder.slot;
}

Graph compile(const Sentence& network) { return build(network).graph; }
Graph compile_steps(const Sentence& network) {
  Graph steps = build(network, Taken::by_steps).graph;
  for (const graph::State& state : steps.states)
    steps.outputs.push_back({steps.slots[state.before].name, state.after});
  const Graph whole = compile(network);
  assert(steps.parameters.size() == whole.parameters.size());
  for (std::size_t i = 0; i < whole.parameters.size(); ++i)
    if (steps.parameters[i].rows != whole.parameters[i].rows ||
        steps.parameters[i].columns != whole.parameters[i].columns)
      throw Error(
          ErrorKind::sentence,
          fmt::format("{} has values for the whole sequence, so the network cannot go along "
                      "it a position at a time",
                      whole.parameters[i].name),
          network::print(network, catalogue()),
          "layers that look back alone: embedding, position, causal attention, rnn, lstm "
          "and gru");
  return steps;
}
Graph compile_carried(const Sentence& network) { return build(network, Taken::carried).graph; }
Graph compile_segments(const Sentence& network) {
  Built built = build(network, Taken::in_segments);
  if (built.graph.begins && built.graph.slots[built.graph.output()].positions ==
                                network.front().shape("shape").sizes.front())
    return std::move(built.graph);
  throw Error(ErrorKind::sentence,
              "this network gives one row of a whole sequence, so it cannot go along longer ones "
              "segment by segment",
              network::print(network, catalogue()),
              "layers that answer at each position, with input(48x7, lengths=true) in front");
}
Shape fitting_input(const Sentence& network, const Shape& shape) {
  return taken_by(network) == ops::InputForm::row ? Shape{{shape.size()}} : shape;
}

std::vector<graph::LayerOutput> layer_outputs(const Sentence& network) {
  return build(network).layers;
}
bool has_lengths(const Sentence& network) {
  return network.front().component("lengths").name == "true";
}
Shape input_shape(const Sentence& network) { return network.front().shape("shape"); }
Shape output_shape(const Sentence& network) { return build(network).shape; }

}  // namespace lithe::catalogue
