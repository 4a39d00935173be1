// Layers that hold others: repeat and residual.
#include <fmt/format.h>

#include "ops/layer.h"

namespace lithe::ops {

namespace {

void build_repeat(const Component& layer, GraphBuilder& builder) {
  for (std::size_t i = 0; i < layer.integer("times"); ++i) builder.append(layer.network("layers"));
}

void build_residual(const Component& layer, GraphBuilder& builder) {
  const SlotId before = builder.slot;
  const Shape shape = builder.shape;
  builder.append(layer.network("layers"));
  if (builder.shape != shape)
    builder.fail(fmt::format("{} goes into the residual and {} comes out; the two are added",
                             shape.to_string(), builder.shape.to_string()),
                 fmt::format("end the layers inside with {} units", shape.size()));
  if (builder.slot == before) return;  // nothing inside does anything
  const SlotId after = builder.slot;
  builder.add(Add{before, after, builder.advance("sum with what went around")});
}

}  // namespace

Layer repeat() {
  using network::Type;
  return {{"repeat",
           "the same layers several times, each time with weights of their own",
           {{"times", "how often", Type::integer, {}, 1, 1000},
            {"layers", "a network", Type::network}}},
          build_repeat,
          Takes::any,
          /*holds_layers=*/true};
}

Layer residual() {
  using network::Type;
  return {{"residual",
           "adds what comes in to what the layers inside make of it (He and others, 2016)",
           {{"layers", "a network whose output has the shape of its input", Type::network}}},
          build_residual,
          Takes::any,
          /*holds_layers=*/true};
}

}  // namespace lithe::ops
