// An activation as a layer of its own.
#include <variant>

#include "layers/layer.h"

namespace lithe::layers {

namespace {

template <std::size_t kRow>
void build(const Component&, GraphBuilder& builder) {
  constexpr auto activation = activations::kActivations[kRow].activation;
  if (builder.graph.operations.empty())
    builder.fail("an activation needs a layer before it", "begin with a dense layer");
  if (activation != activations::Activation::identity) builder.activate(activation);
}

template <std::size_t... kRows>
std::vector<Layer> make(std::index_sequence<kRows...>) {
  return {Layer{{std::string(activations::kActivations[kRows].name),
                 std::string(activations::kActivations[kRows].help)},
                build<kRows>}...};
}

}  // namespace

void GraphBuilder::activate(activations::Activation activation) {
  const Operation& before = graph.operations.back();
  const bool in_place = std::holds_alternative<Product>(before.work);
  const SlotId output =
      in_place ? slot : graph.add_slot("output of layer " + label, graph.slots[slot].columns);
  graph.operations.push_back({label, Activate{slot, output, activation}});
  slot = output;
}

std::vector<Layer> activation_layers() {
  return make(std::make_index_sequence<activations::kCount>());
}

}  // namespace lithe::layers
