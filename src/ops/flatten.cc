// flatten: the values of an example in a row, as they already lie in memory.
#include "ops/layer.h"

namespace lithe::ops {

std::vector<Layer> flatten_layers() {
  return {{{"flatten", "the values of an example in one row: 28x28 becomes 784"},
           [](const Component&, GraphBuilder& builder) {
             builder.by_examples();
             builder.shape = Shape{{builder.shape.size()}};
             builder.channels = 0;
           },
           InputForm::shaped}};
}

}  // namespace lithe::ops
