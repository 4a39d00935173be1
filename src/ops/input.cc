// input: the shape of an example. It comes first, and can be left out where the data set says it.
#include "ops/layer.h"

namespace lithe::ops {

std::vector<Layer> input_layers() {
  return {{{"input", "the shape of an example", {{"shape", "784, or 28x28", network::Type::shape}}},
           [](const Component&, GraphBuilder& builder) {
             builder.fail("input stands inside the network", "write it first, or leave it out");
           }}};
}

}  // namespace lithe::ops
