// transformer: a block of attention and two dense layers, each with a skip connection and
// layer_norm (Vaswani and others, 2017; Xiong and others, 2020, for the norms in front). It is made
// of other layers; PyTorch's TransformerEncoderLayer, without dropout, has the same formulas.
//   pre    residual(layer_norm -> attention) -> residual(layer_norm -> dense -> dense)
//   post   residual(attention) -> layer_norm -> residual(dense -> dense) -> layer_norm
#include "network/bind.h"
#include "ops/sequence.h"

namespace lithe::ops {

namespace {

using Given = std::vector<std::pair<std::string, Value>>;

void build(const Component& layer, GraphBuilder& builder) {
  const double channels = static_cast<double>(take_sequence(layer, builder).channels);
  const auto make = [&](const char* name, Given given) {
    return network::make_component(name, network::Category::layer, builder.catalogue.declarations,
                                   std::move(given));
  };
  const auto skip = [&](const Sentence& layers) { return make("residual", {{"layers", layers}}); };
  const Component& init = layer.component("init");
  const Component norm = make("layer_norm", {});
  const Component attention = make("attention", {{"heads", layer.number("heads")},
                                                 {"mask", layer.component("mask")},
                                                 {"rotary", layer.component("rotary")},
                                                 {"init", init}});
  const Component in = make("dense", {{"units", layer.number("feed")},
                                      {"activation", layer.component("activation")},
                                      {"init", init}});
  const Component out = make("dense", {{"units", channels}, {"init", init}});
  if (layer.component("norm").name == "pre")
    builder.append({skip({norm, attention}), skip({norm, in, out})});
  else
    builder.append({skip({attention}), norm, skip({in, out}), norm});
}

}  // namespace

std::vector<network::Declaration> norm_order_declarations() {
  return {{"pre", "in front of attention and of the dense layers, within the skip connections"},
          {"post", "behind the sums with the skip connections"}};
}

std::vector<Layer> transformer_layers() {
  using network::Category, network::Type;
  return {
      {{"transformer",
        "a block of attention and two dense layers, each with a skip connection and layer_norm "
        "(Vaswani and others, 2017)",
        {{"heads", "of its attention", Type::integer, {}, 1, 1 << 10},
         {"feed", "units of the first dense layer", Type::integer, {}, 1, 1 << 20},
         {"mask", "which positions each one looks at: all, or with causal none behind it",
          Type::component, "none", 0, 0, false, Category::mask},
         {"norm", "where the norms stand", Type::component, "pre", 0, 0, false,
          Category::norm_order},
         {"activation", "of the first dense layer", Type::component, "relu", 0, 0, false,
          Category::activation},
         {"rotary", "rotates queries and keys by their position (Su and others, 2021)",
          Type::component, "false", 0, 0, false, Category::answer},
         {"init", "initial weights", Type::component, "auto", 0, 0, false, Category::initializer}}},
       build,
       InputForm::shaped,
       /*holds_layers=*/true}};
}

}  // namespace lithe::ops
