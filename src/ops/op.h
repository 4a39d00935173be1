// What every file of an operation includes: the contract of an operation and of a layer, and the
// plan that operations are lowered to.
//
// An operation is a plain struct: its slots, parameters and numbers, and the functions
//
//   std::vector<SlotId> inputs() const;            what it reads
//   std::vector<ParameterId> parameters() const;
//   Traits traits() const;
//   double operations(const Graph&) const;         of the forward pass of one example
//   template <typename T> void forward(Lowering<T>&, const Operation&) const;
//   template <typename T> void backward(Lowering<T>&, const Operation&) const;
//
// beside a member `output`. One that has work to do before the forward pass of all operations, such
// as bringing weights into another order, has `prepare` like `forward`. make_op makes a graph::Op
// of it; what is missing does not compile.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "graph/op.h"
#include "ops/layer.h"
#include "plan/lowering.h"

namespace lithe::ops {

using graph::Traits;
using plan::Access, plan::BufferId, plan::Buffers, plan::Fusion, plan::kNoBuffer;
using plan::LoweredStage, plan::Lowering, plan::Phase, plan::Split;

// What an operation reads that must know where each example ends, or which position it has come to.
inline std::vector<SlotId> with_lengths(SlotId input, std::optional<SlotId> lengths) {
  if (!lengths) return {input};
  return {input, *lengths};
}

template <class Spec>
class OpOf final : public graph::Op {
 public:
  explicit OpOf(Spec of) : spec(std::move(of)) {}

  std::vector<SlotId> inputs() const override { return spec.inputs(); }
  SlotId output() const override { return spec.output; }
  std::vector<ParameterId> parameters() const override { return spec.parameters(); }
  Traits traits() const override { return spec.traits(); }
  double operations(const Graph& graph) const override { return spec.operations(graph); }
  void prepare(Lowering<float>& l, const Operation& o) const override { prepare_of(l, o); }
  void prepare(Lowering<double>& l, const Operation& o) const override { prepare_of(l, o); }
  void forward(Lowering<float>& l, const Operation& o) const override { spec.forward(l, o); }
  void forward(Lowering<double>& l, const Operation& o) const override { spec.forward(l, o); }
  void backward(Lowering<float>& l, const Operation& o) const override { spec.backward(l, o); }
  void backward(Lowering<double>& l, const Operation& o) const override { spec.backward(l, o); }

  const Spec spec;

 private:
  template <typename T>
  void prepare_of(Lowering<T>& lowering, const Operation& operation) const {
    if constexpr (requires { spec.prepare(lowering, operation); })
      spec.prepare(lowering, operation);
  }
};

template <class Spec>
std::shared_ptr<const graph::Op> make_op(Spec spec) {
  return std::make_shared<OpOf<Spec>>(std::move(spec));
}

}  // namespace lithe::ops
