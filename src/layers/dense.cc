// dense: every unit takes a weighted sum of all inputs, adds a bias and applies an activation.
//   y = activation(x W + b), W [inputs][units], b [units]
#include <fmt/format.h>

#include "layers/layer.h"

namespace lithe::layers {

namespace {

// The initializer `auto` follows the activation (He for the ReLU family, Glorot for the others).
Component resolve(const Component& initializer, const std::string& activation) {
  if (initializer.name != "auto") return initializer;
  return {activation == "relu" ? "he_normal" : "glorot_uniform", {}};
}

void build(const Component& layer, GraphBuilder& builder) {
  if (builder.shape.sizes.size() != 1)
    builder.fail(
        fmt::format("dense takes a flat input, and {} comes in", builder.shape.to_string()),
        "put flatten before it");
  const std::size_t inputs = builder.shape.size(), units = layer.integer("units");
  const std::string& activation = layer.component("activation").name;
  Graph& graph = builder.graph;
  const std::string prefix = fmt::format("layers.{}.", builder.layer - 1);
  const ParameterId weight =
      graph.add_parameter({prefix + "weight", ParameterKind::weight, inputs, units, inputs, units,
                           resolve(layer.component("init"), activation)});
  const Component bias_init = resolve(layer.component("bias_init"), activation);
  const ParameterId bias = graph.add_parameter(
      {prefix + "bias", ParameterKind::bias, 1, units, inputs, units, bias_init});
  const SlotId output = graph.add_slot(fmt::format("output of layer {}", builder.label), units);
  graph.operations.push_back({builder.label, Product{builder.slot, output, weight, bias}});
  builder.slot = output;
  builder.shape = Shape{{units}};
  for (const auto& row : activations::kActivations)
    if (row.name == activation && row.activation != activations::Activation::identity)
      builder.activate(row.activation);
}

}  // namespace

Layer dense() {
  using network::Category, network::Type;
  return {
      {"dense",
       "a fully connected layer",
       {{"units", "number of units", Type::integer, {}, 1, 1 << 20},
        {"activation", "applied to each unit", Type::component, "identity", 0, 0, false,
         Category::activation},
        {"init", "initial weights", Type::component, "auto", 0, 0, false, Category::initializer},
        {"bias_init", "initial biases", Type::component, "zeros", 0, 0, false,
         Category::initializer}}},
      build,
      /*takes_flat_input=*/true};
}

}  // namespace lithe::layers
