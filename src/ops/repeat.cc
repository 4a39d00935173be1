// repeat: the same layers several times, each time with weights of their own.
#include "ops/layer.h"

namespace lithe::ops {

namespace {

void build(const Component& layer, GraphBuilder& builder) {
  for (std::size_t i = 0; i < layer.integer("times"); ++i) builder.append(layer.network("layers"));
}

}  // namespace

std::vector<Layer> repeat_layers() {
  using network::Type;
  return {{{"repeat",
            "the same layers several times, each time with weights of their own",
            {{"times", "how often", Type::integer, {}, 1, 1000},
             {"layers", "a network", Type::network}}},
           build,
           InputForm::any,
           /*holds_layers=*/true}};
}

}  // namespace lithe::ops
