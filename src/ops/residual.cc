// residual: adds what comes in to what the layers inside make of it (He and others, 2016).
#include <fmt/format.h>

#include "ops/add.h"
#include "ops/layer.h"

namespace lithe::ops {

namespace {

void build(const Component& layer, GraphBuilder& builder) {
  const SlotId before = builder.slot;
  const Shape shape = builder.shape;
  builder.append(layer.network("layers"));
  if (builder.shape != shape)
    builder.fail(fmt::format("{} goes into the residual and {} comes out; the two are added",
                             shape.to_string(), builder.shape.to_string()),
                 fmt::format("end the layers inside with {} units", shape.size()));
  if (builder.slot == before) return;  // nothing inside does anything
  // Both sides of the sum have the form of the first.
  if (builder.graph.slots[before].positions == 1)
    builder.by_examples();
  else
    builder.by_positions();
  const SlotId after = builder.slot;
  builder.add(make_add(before, after, builder.advance("sum with the skip connection")));
}

}  // namespace

std::vector<Layer> residual_layers() {
  return {
      {{"residual",
        "adds what comes in to what the layers inside make of it (He and others, 2016)",
        {{"layers", "a network whose output has the shape of its input", network::Type::network}}},
       build,
       InputForm::any,
       /*holds_layers=*/true}};
}

}  // namespace lithe::ops
