// An operation of a graph: what the plan must know of it, and how it is lowered to stages. The
// operations themselves stand in src/ops, one file each.
//
// Everything here is pure: an operation cannot forget to answer.
#pragma once

#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace lithe::plan {
template <typename T>
class Lowering;
}

namespace lithe::graph {

// What an operation may do to its buffers, and what its backward pass looks at.
struct Traits {
  // Each output value depends on the input value of its place alone (and on its column's
  // parameters), so the output may overwrite the input where the backward pass does not read it.
  bool elementwise;
  bool backward_reads_input;
  bool backward_reads_output;
  // It goes image by image, and may read a vector beyond an image's end.
  bool by_image;
  // It reads a batch as the pack stage leaves it, columns of zeros left out.
  bool reads_packed;
  // It does nothing outside training.
  bool identity_at_inference;
  // The name of the function, sigmoid or softmax say, if its outputs are probabilities: a loss that
  // takes logits refuses to follow it. Empty otherwise.
  std::string_view probabilities;
};

class Op {
 public:
  virtual ~Op() = default;
  virtual std::vector<SlotId> inputs() const = 0;
  virtual SlotId output() const = 0;
  virtual std::vector<ParameterId> parameters() const = 0;
  virtual Traits traits() const = 0;
  // Of the forward pass of one example; see forward_operations.
  virtual double operations(const Graph& graph) const = 0;

  // Adds the stages of the forward pass, or of the backward pass, to a plan. `prepare` comes before
  // the forward pass of all operations.
  virtual void prepare(plan::Lowering<float>&, const Operation&) const = 0;
  virtual void prepare(plan::Lowering<double>&, const Operation&) const = 0;
  virtual void forward(plan::Lowering<float>&, const Operation&) const = 0;
  virtual void forward(plan::Lowering<double>&, const Operation&) const = 0;
  virtual void backward(plan::Lowering<float>&, const Operation&) const = 0;
  virtual void backward(plan::Lowering<double>&, const Operation&) const = 0;
};

}  // namespace lithe::graph
