// input: the shape of an example. It comes first, and can be left out where the data set says it.
#include "ops/layer.h"

namespace lithe::ops {

std::vector<Layer> input_layers() {
  return {{{"input",
            "the shape of an example",
            {{"shape", "784, or 28x28", network::Type::shape},
             {"lengths",
              "each example is a sequence with a length of its own, up to the first size; what "
              "stands behind its end changes nothing",
              network::Type::component, "false", 0, 0, false, network::Category::answer}}},
           [](const Component&, GraphBuilder& builder) {
             builder.fail("input stands inside the network", "write it first, or leave it out");
           }}};
}

}  // namespace lithe::ops
