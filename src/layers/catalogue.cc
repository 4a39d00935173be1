#include "layers/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "activations/activation.h"
#include "augment/augment.h"
#include "initializers/initializers.h"
#include "layers/layer.h"
#include "lithe/error.h"
#include "losses/loss.h"
#include "network/bind.h"
#include "network/syntax.h"
#include "optimizers/optimizers.h"
#include "schedules/schedules.h"

namespace lithe::layers {

namespace {

using network::Category;

const std::vector<Layer>& layers() {
  static const std::vector<Layer> all = [] {
    std::vector<Layer> result = {input(),      flatten(),     dense(),    batch_norm(),
                                 layer_norm(), standardize(), residual(), repeat()};
    for (Layer& layer : convolution_layers()) result.push_back(std::move(layer));
    for (Layer& layer : pooling_layers()) result.push_back(std::move(layer));
    for (Layer& layer : noise_layers()) result.push_back(std::move(layer));
    for (Layer& layer : activation_layers()) result.push_back(std::move(layer));
    return result;
  }();
  return all;
}

const Layer& layer_called(const std::string& name) {
  const auto found = std::find_if(layers().begin(), layers().end(), [&](const Layer& layer) {
    return layer.declaration.name == name;
  });
  assert(found != layers().end());
  return *found;
}

// Sizes are bounded here, so that nothing later has to fear that a product of some overflows.
void check_size(const GraphBuilder& builder) {
  std::size_t values = 0;
  for (const ParameterSpec& spec : builder.graph.parameters) values += spec.rows * spec.columns;
  if (builder.graph.operations.size() > kMostOperations)
    builder.fail(fmt::format("more than {} operations", kMostOperations), "fewer repetitions");
  const std::size_t wide = builder.graph.slots[builder.slot].columns;
  if (wide > kMostColumns)
    builder.fail(fmt::format("an example has {} values here", wide),
                 fmt::format("at most {}: fewer channels, or larger steps", kMostColumns));
  if (values > kMostParameters)
    builder.fail(fmt::format("up to here there are {} values to learn", values),
                 fmt::format("at most {}: fewer units", kMostParameters));
}

GraphBuilder build(const Sentence& network) {
  if (network.empty() || network.front().name != "input")
    throw Error(ErrorKind::sentence, "this network does not say what comes in", {},
                "begin it with input(784), say, or Network::with_input");
  GraphBuilder builder;
  builder.sentence = &network;
  builder.shape = network.front().shape("shape");
  if (builder.shape.sizes.size() == 3) builder.channels = builder.shape.sizes.back();
  builder.slot = builder.graph.add_slot("input", builder.shape.size());
  for (std::size_t i = 1; i < network.size(); ++i) {
    builder.position = i;
    builder.append({network[i]});
  }
  const auto& all = builder.graph.parameters;
  if (std::none_of(all.begin(), all.end(),
                   [](const auto& p) { return p.kind != ParameterKind::statistic; })) {
    builder.position = network.size() - 1;
    builder.fail("this network has nothing to learn",
                 "add a layer with weights, such as dense(10)");
  }
  builder.graph.output = builder.slot;
  builder.graph.layers = builder.layer;
  return builder;
}

// What the first layer wants to which the shape of its input matters.
Takes taken_by(const Sentence& network) {
  for (const Component& component : network) {
    const Layer& layer = layer_called(component.name);
    const Takes takes = layer.holds_layers ? taken_by(component.network("layers")) : layer.takes;
    if (takes != Takes::any) return takes;
  }
  return Takes::any;
}

}  // namespace

std::string print_layer(const Component& layer) {
  return network::print(layer, Category::layer, catalogue());
}

void GraphBuilder::fail(const std::string& problem, const std::string& remedy) const {
  std::string before;
  for (std::size_t i = 0; i < position; ++i) before += print_layer((*sentence)[i]) + " -> ";
  const std::string wrong = print_layer((*sentence)[position]);
  network::fail(network::print(*sentence, catalogue()),
                {before.size(), before.size() + wrong.size()}, problem, remedy);
}

void GraphBuilder::append(const Sentence& network) {
  for (const Component& component : network) {
    const Layer& made_by = layer_called(component.name);
    if (!made_by.holds_layers) label = fmt::format("{} {}", ++layer, print_layer(component));
    made_by.build(component, *this);
    check_size(*this);
  }
}

SlotId GraphBuilder::advance(const std::string& what, std::size_t columns) {
  slot = graph.add_slot(fmt::format("{} of layer {}", what, label), columns);
  return slot;
}

void GraphBuilder::add(Work work) { graph.operations.push_back({layer, label, std::move(work)}); }

std::string GraphBuilder::parameter_name(const std::string& name) const {
  return fmt::format("layers.{}.{}", layer - 1, name);
}

ParameterId GraphBuilder::add_vector(const std::string& name, ParameterKind kind, double value,
                                     std::size_t columns) {
  return graph.add_parameter({parameter_name(name), kind, 1, columns, columns, columns,
                              Component{"constant", {{"value", value}}}});
}

const network::Catalogue& catalogue() {
  static const network::Catalogue all = [] {
    network::Catalogue result;
    for (const Layer& layer : layers())
      result.add(Category::layer, std::span(&layer.declaration, 1));
    result.add(Category::activation, activation_declarations());
    result.add(Category::padding, padding_declarations());
    result.add(Category::algorithm, algorithm_declarations());
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

Graph compile(const Sentence& network) { return build(network).graph; }
Shape fitting_input(const Sentence& network, const Shape& shape) {
  return taken_by(network) == Takes::row ? Shape{{shape.size()}} : shape;
}

Shape input_shape(const Sentence& network) { return network.front().shape("shape"); }
Shape output_shape(const Sentence& network) { return build(network).shape; }

}  // namespace lithe::layers
