// dense: every unit takes a weighted sum of all inputs, adds a bias and applies an activation.
//   y = activation(x W + b), W [inputs][units], b [units]
#include <fmt/format.h>

#include "ops/dense.h"
#include "ops/layer.h"

namespace lithe::ops {

namespace {

// The weights of the embedding in front.
ParameterId tied_weight(const GraphBuilder& builder, std::size_t inputs, std::size_t units) {
  if (!builder.tied)
    builder.fail("there is no embedding in front whose weights could be tied",
                 "embedding(65, 128) first, as a layer of the network itself; or without tied");
  const ParameterSpec& spec = builder.graph.parameters[*builder.tied];
  if (spec.rows != inputs || spec.columns != units)
    builder.fail(fmt::format("{} inputs and {} units cannot share the weights of {} categories "
                             "with {} numbers each",
                             inputs, units, spec.columns, spec.rows),
                 fmt::format("dense({}, tied=true) behind {} channels", spec.columns, spec.rows));
  return *builder.tied;
}

void build(const Component& layer, GraphBuilder& builder) {
  if (builder.shape.sizes.size() != 1 && !builder.is_sequence())
    builder.fail(
        fmt::format("dense takes a flat input, and {} comes in", builder.shape.to_string()),
        "put flatten before it");
  builder.by_positions();
  const bool sequence = builder.is_sequence();
  const std::size_t inputs = builder.shape.sizes.back(), units = layer.integer("units");
  const Component& activation = layer.component("activation");
  const ParameterId weight =
      layer.component("tied").name == "true"
          ? tied_weight(builder, inputs, units)
          : builder.add_parameter({builder.parameter_name("weight"), ParameterKind::weight, inputs,
                                   units, inputs, units,
                                   resolve_initializer(layer.component("init"), activation.name)});
  const ParameterId bias = builder.add_parameter(
      {builder.parameter_name("bias"), ParameterKind::vector, 1, units, inputs, units,
       resolve_initializer(layer.component("bias_init"), activation.name)});
  const SlotId input = builder.slot;
  const bool linear = activation.name == "identity";
  const SlotId output = builder.advance(linear ? "output" : "sums", units);
  builder.add(make_dense({input, output, weight, bias}));
  builder.shape.sizes.back() = units;
  if (sequence) builder.channels = units;
  builder.activate(activation);
}

}  // namespace

std::vector<Layer> dense_layers() {
  using network::Category, network::Type;
  return {
      {{"dense",
        "a fully connected layer; of a sequence, at each position",
        {{"units", "number of units", Type::integer, {}, 1, 1 << 20},
         {"activation", "applied to each unit", Type::component, "identity", 0, 0, false,
          Category::activation},
         {"init", "initial weights", Type::component, "auto", 0, 0, false, Category::initializer},
         {"bias_init", "initial biases", Type::component, "zeros", 0, 0, false,
          Category::initializer},
         {"tied",
          "its weights are those of the first embedding, whose categories it tells apart (Press "
          "and Wolf, 2017)",
          Type::component, "false", 0, 0, false, Category::answer}}},
       build,
       InputForm::row,
       /*holds_layers=*/false,
       Unequal::at_each_position}};
}

}  // namespace lithe::ops
