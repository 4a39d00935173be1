#include "lithe/transfer.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalogue/catalogue.h"
#include "graph/op.h"
#include "lithe/error.h"
#include "train/model_data.h"

namespace lithe {

namespace {

// Whether a layer of the sentence has learned values.
bool learns(const Sentence& network, std::size_t layer) {
  const auto count = [&](std::size_t layers) {
    const Sentence front(network.begin(), network.begin() + static_cast<std::ptrdiff_t>(layers));
    try {
      return catalogue::compile(front).parameters.size();
    } catch (const Error&) {
      return std::size_t{0};  // nothing to learn up to here
    }
  };
  return count(layer + 1) > count(layer);
}

}  // namespace

Reuse replace_head(const Network& network, const std::string& head) {
  const Sentence& layers = network.layers();
  std::size_t last = layers.size();
  while (last-- > 1)
    if (learns(layers, last)) break;
  std::string kept;
  for (std::size_t i = 0; i < last; ++i) kept += catalogue::print_layer(layers[i]) + " -> ";
  // Counts the layers up to the one that replaces the last: those in front of it are kept.
  const Network whole = Network::parse(kept + "dense(1)");
  return {Network::parse(kept + head), catalogue::compile(whole.layers()).layers - 1};
}

Network with_outputs(const Network& network, std::size_t units) {
  Sentence layers = network.layers();
  std::size_t last = layers.size();
  while (last-- > 1)
    if (learns(network.layers(), last)) break;
  if (layers.empty() || layers[last].name != "dense")
    throw Error(ErrorKind::model, "the network's last layer with weights is not a dense one",
                network.to_string(), "end it with dense(classes)");
  for (auto& [argument, value] : layers[last].arguments)
    if (argument == "units") value = static_cast<double>(units);
  return Network::parse(catalogue::print_layers(layers));
}

std::vector<std::size_t> copy_layers(const Model& from, Model& to, std::size_t layers) {
  const auto names = from.names();
  const graph::Graph& graph = data_of(to).graph;
  std::vector<std::size_t> copied;
  for (const auto& operation : graph.operations) {
    if (operation.layer > layers) break;
    for (const auto id : operation.op->parameters()) {
      const std::string& name = graph.parameters[id].name;
      const bool there = std::find(names.begin(), names.end(), name) != names.end();
      if (!there || from.shape(name) != to.shape(name))
        throw Error(ErrorKind::model,
                    fmt::format("'{}' is {} in the model to reuse and {} in this network ({})",
                                name, there ? Shape{from.shape(name)}.to_string() : "not there",
                                Shape{to.shape(name)}.to_string(), operation.label),
                    {}, "the same layers up to the head, which --head replaces");
      to.set_values(name, from.values(name));
      if (copied.empty() || copied.back() != operation.layer) copied.push_back(operation.layer);
    }
  }
  return copied;
}

}  // namespace lithe
