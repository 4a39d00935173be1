// attention: each position of a sequence takes a mean of all positions, by weights that it works
// out from itself and each of them; several times side by side, with other weights (Vaswani and
// others, 2017). The formulas are those of PyTorch's MultiheadAttention:
//   q, k, v = thirds of x W + b      heads = softmax(q k' / sqrt(width)) v      y = heads U + c
#include <fmt/format.h>

#include "ops/attention.h"
#include "ops/dense.h"
#include "ops/sequence.h"

namespace lithe::ops {

namespace {

Attention read_attention(const Component& layer, const GraphBuilder& builder,
                         std::size_t channels) {
  Attention attention{};
  attention.heads = layer.integer("heads");
  attention.causal = layer.component("mask").name == "causal";
  attention.rotary = layer.component("rotary").name == "true";
  if (channels % attention.heads != 0)
    builder.fail(fmt::format("{} channels come in, which {} heads cannot share equally", channels,
                             attention.heads),
                 "a number of heads that divides the channels");
  if (attention.rotary && channels / attention.heads % 2 != 0)
    builder.fail(fmt::format("rotary rotates pairs of columns, and a head has {}",
                             channels / attention.heads),
                 "heads of an even width");
  return attention;
}

// A dense operation whose parameters are called `prefix`weight and `prefix`bias. `what` tells its
// stages from those of the other one.
void add_projection(const Component& layer, GraphBuilder& builder, const std::string& prefix,
                    const std::string& what, std::size_t units) {
  const SlotId input = builder.slot;
  const std::size_t inputs = builder.graph.slots[input].columns;
  const ParameterId weight = builder.add_parameter(
      {builder.parameter_name(prefix + "weight"), ParameterKind::weight, inputs, units, inputs,
       inputs, resolve_initializer(layer.component("init"), "identity")});
  const ParameterId bias =
      builder.add_parameter({builder.parameter_name(prefix + "bias"), ParameterKind::vector, 1,
                             units, inputs, inputs, Component{"zeros", {}}});
  const SlotId output = builder.advance(what, units);
  builder.graph.add(
      {builder.layer, builder.label + ": " + what, make_dense({input, output, weight, bias})});
}

void build(const Component& layer, GraphBuilder& builder) {
  const std::size_t channels = read_sequence(layer, builder).channels;
  Attention attention = read_attention(layer, builder, channels);
  attention.most_positions = take_sequence(layer, builder).length;
  attention.lengths = builder.lengths;
  attention.step = builder.graph.step;
  if (builder.by_steps() && !attention.causal)
    builder.fail(
        "attention looks at the whole sequence, so the network cannot go along it a "
        "position at a time",
        "causal attention");
  builder.remember(attention.most_positions);
  add_projection(layer, builder, "", "queries, keys and values", 3 * channels);
  attention.projections = builder.slot;
  attention.output = builder.advance("heads", channels);
  builder.add(make_attention(attention));
  add_projection(layer, builder, "output_", "output", channels);
}

}  // namespace

std::vector<network::Declaration> mask_declarations() {
  return {{"none", "each position looks at all"},
          {"causal", "each position looks at itself and those before it"}};
}

std::vector<Layer> attention_layers() {
  using network::Category, network::Type;
  return {
      {{"attention",
        "each position of a sequence takes a mean of others, weighted by how its query fits "
        "their keys; several heads side by side (Vaswani and others, 2017)",
        {{"heads",
          "how many, each with an equal part of the channels",
          Type::integer,
          {},
          1,
          1 << 10},
         {"mask", "which positions each one looks at: all, or with causal none behind it",
          Type::component, "none", 0, 0, false, Category::mask},
         {"rotary", "rotates queries and keys by their position (Su and others, 2021)",
          Type::component, "false", 0, 0, false, Category::answer},
         {"init", "initial weights", Type::component, "auto", 0, 0, false, Category::initializer}}},
       build,
       InputForm::shaped,
       /*holds_layers=*/false,
       Unequal::whole,
       /*by_steps=*/true}};
}

}  // namespace lithe::ops
