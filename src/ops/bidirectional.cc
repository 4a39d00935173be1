// bidirectional: a recurrent layer along a sequence and another one against it, side by side
// (Schuster and Paliwal, 1997).
#include <algorithm>

#include "ops/concatenate.h"
#include "ops/layer.h"

namespace lithe::ops {

namespace {

// The layer inside, which must be one that can be reversed.
Component read_layer(const Component& layer, const GraphBuilder& builder) {
  const Sentence& inside = layer.network("layers");
  const auto is_direction = [](const auto& argument) { return argument.first == "reverse"; };
  if (inside.size() != 1 || std::ranges::none_of(inside[0].arguments, is_direction))
    builder.fail("bidirectional takes one recurrent layer", "bidirectional(lstm(32)), say");
  if (inside[0].component("reverse").name == "true")
    builder.fail("bidirectional goes both ways already", "leave reverse out");
  return inside[0];
}

Component reversed(Component layer) {
  for (auto& [name, value] : layer.arguments)
    if (name == "reverse") value = Component{"true", {}};
  return layer;
}

void build(const Component& layer, GraphBuilder& builder) {
  const Component along = read_layer(layer, builder);
  const SlotId before = builder.slot;
  const Shape shape = builder.shape;
  const std::size_t channels = builder.channels;
  const std::optional<SlotId> lengths = builder.lengths;
  builder.append({along});
  const SlotId first = builder.slot;
  builder.slot = before, builder.shape = shape, builder.channels = channels;
  builder.lengths = lengths;
  builder.append({reversed(along)});
  const SlotId second = builder.slot;
  const std::size_t columns = 2 * builder.graph.slots[second].columns;
  builder.add(make_concatenate(first, second, builder.advance("both directions", columns)));
  builder.shape.sizes.back() = columns;
  if (builder.channels > 0) builder.channels = columns;
}

}  // namespace

std::vector<Layer> bidirectional_layers() {
  return {{{"bidirectional",
            "a recurrent layer along a sequence and one against it, side by side (Schuster and "
            "Paliwal, 1997)",
            {{"layers", "one recurrent layer, as lstm(32)", network::Type::network}}},
           build,
           InputForm::shaped,
           /*holds_layers=*/true}};
}

}  // namespace lithe::ops
