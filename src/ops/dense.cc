// dense: every unit takes a weighted sum of all inputs, adds a bias and applies an activation.
//   y = activation(x W + b), W [inputs][units], b [units]
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ops/layer.h"

namespace lithe::ops {

namespace {

void build(const Component& layer, GraphBuilder& builder) {
  if (builder.shape.sizes.size() != 1)
    builder.fail(
        fmt::format("dense takes a flat input, and {} comes in", builder.shape.to_string()),
        "put flatten before it");
  const std::size_t inputs = builder.shape.size(), units = layer.integer("units");
  const Component& activation = layer.component("activation");
  Graph& graph = builder.graph;
  const ParameterId weight = graph.add_parameter(
      {builder.parameter_name("weight"), ParameterKind::weight, inputs, units, inputs, units,
       resolve_initializer(layer.component("init"), activation.name)});
  const ParameterId bias = graph.add_parameter(
      {builder.parameter_name("bias"), ParameterKind::vector, 1, units, inputs, units,
       resolve_initializer(layer.component("bias_init"), activation.name)});
  const SlotId input = builder.slot;
  const bool linear = activation.name == "identity";
  builder.add(Product{input, builder.advance(linear ? "output" : "sums", units), weight, bias});
  builder.shape = Shape{{units}};
  builder.activate(activation);
}

}  // namespace

// He for the units that let through what is positive, LeCun where self-normalisation asks for it
// (Klambauer and others, 2017), Glorot for the others.
Component resolve_initializer(const Component& initializer, const std::string& activation) {
  constexpr std::array kRectifiers = {"relu",      "leaky_relu", "prelu", "elu",       "gelu",
                                      "gelu_tanh", "silu",       "mish",  "hard_swish"};
  if (initializer.name != "auto") return initializer;
  if (activation == "selu") return {"lecun_normal", {}};
  const bool rectifier =
      std::find(kRectifiers.begin(), kRectifiers.end(), activation) != kRectifiers.end();
  return {rectifier ? "he_normal" : "glorot_uniform", {}};
}

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
      Takes::row};
}

}  // namespace lithe::ops
