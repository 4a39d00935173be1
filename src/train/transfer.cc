#include "lithe/transfer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "layers/catalogue.h"
#include "lithe/error.h"
#include "train/model_data.h"

namespace lithe {

namespace {

// Whether what a layer's sentence adds to a network is something learned.
bool learns(const Sentence& network, std::size_t layer) {
  const auto count = [&](std::size_t layers) {
    const Sentence front(network.begin(), network.begin() + static_cast<std::ptrdiff_t>(layers));
    try {
      return layers::compile(front).parameters.size();
    } catch (const Error&) {
      return std::size_t{0};  // nothing to learn up to here
    }
  };
  return count(layer + 1) > count(layer);
}

}  // namespace

Network replace_head(const Network& network, const std::string& head) {
  const Sentence& layers = network.layers();
  std::size_t last = layers.size();
  while (last-- > 1)
    if (learns(layers, last)) break;
  std::string text;
  for (std::size_t i = 0; i < last; ++i) text += layers::print_layer(layers[i]) + " -> ";
  return Network::parse(text + head);
}

std::vector<std::size_t> copy_layers(const Model& from, Model& to) {
  const auto names = from.names();
  std::vector<std::size_t> copied;
  const layers::Graph& graph = to.data().graph;
  std::size_t last = 0;
  for (const auto& operation : graph.operations)
    if (!layers::parameters_of(operation.work).empty()) last = operation.layer;
  for (const auto& operation : graph.operations) {
    bool whole = !layers::parameters_of(operation.work).empty();
    for (const auto id : layers::parameters_of(operation.work)) {
      const std::string& name = graph.parameters[id].name;
      const bool there = std::find(names.begin(), names.end(), name) != names.end();
      const bool fits = there && from.shape(name) == to.shape(name);
      whole = whole && fits;
      if (!fits && there && operation.layer != last)
        throw Error(ErrorKind::model,
                    fmt::format("'{}' is {} in the model to reuse and {} in this network ({})",
                                name, fmt::join(from.shape(name), "x"),
                                fmt::join(to.shape(name), "x"), operation.label),
                    {}, "a network whose layers up to the last are those of the other");
    }
    if (!whole) continue;
    for (const auto id : layers::parameters_of(operation.work))
      to.set_values(graph.parameters[id].name, from.values(graph.parameters[id].name));
    if (copied.empty() || copied.back() != operation.layer) copied.push_back(operation.layer);
  }
  return copied;
}

}  // namespace lithe
