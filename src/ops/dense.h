// output = input * weight + bias, at each position by itself.
#pragma once

#include <memory>

#include "graph/op.h"

namespace lithe::plan {
template <typename T>
class Lowering;
}

namespace lithe::ops {

inline constexpr graph::ParameterId kNoBias = static_cast<graph::ParameterId>(-1);

struct Dense {
  graph::SlotId input, output;
  graph::ParameterId weight, bias;

  std::vector<graph::SlotId> inputs() const { return {input}; }
  std::vector<graph::ParameterId> parameters() const { return {weight, bias}; }
  graph::Traits traits() const;
  double operations(const graph::Graph& graph) const;
  template <typename T>
  void forward(plan::Lowering<T>&, const graph::Operation&) const;
  template <typename T>
  void backward(plan::Lowering<T>&, const graph::Operation&) const;
};

std::shared_ptr<const graph::Op> make_dense(const Dense& dense);

// The part of a backward pass that trains the weights of a product, and the bias where there is
// one, from the gradient of its output in `gradient`. `what` names the weights: "weights".
template <typename T>
void train_product(plan::Lowering<T>&, const graph::Operation&, const Dense& product,
                   std::size_t gradient, const char* what);

// The dense layer that an operation is; null where it is none.
const Dense* as_dense(const graph::Op& op);

}  // namespace lithe::ops
