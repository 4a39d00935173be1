#include "optimizers/optimizers.h"

namespace lithe::optimizers {

std::span<const network::Declaration> declarations() {
  using network::Type;
  static const std::vector<network::Declaration> all = {
      {"sgd",
       "stochastic gradient descent: weight -= lr * gradient of the batch's mean loss",
       {{"lr", "learning rate", Type::number, {}, 0, 1e6, true}}},
  };
  return all;
}

}  // namespace lithe::optimizers
