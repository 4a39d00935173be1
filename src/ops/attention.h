// Attention of several heads over the positions of a sequence (kernels/attention.h): a row of the
// input has the queries, the keys and the values of all heads, one behind the other; the output has
// the heads side by side.
#pragma once

#include <memory>
#include <optional>

#include "graph/op.h"
#include "ops/layer.h"

namespace lithe::ops {

struct Attention {
  graph::SlotId projections, output;
  std::size_t heads;
  bool causal;
  bool rotary;                 // queries and keys are rotated by their position
  std::size_t most_positions;  // of a sequence
  // Where each example ends. Nothing looks at the positions behind, whose outputs and gradients are
  // 0.
  std::optional<graph::SlotId> lengths = std::nullopt;
  // Where the graph goes by steps: the position that each example has come to. Keys and values of
  // those before are remembered.
  std::optional<graph::SlotId> step = std::nullopt;

  std::vector<graph::SlotId> inputs() const {
    std::vector<graph::SlotId> all = {projections};
    if (lengths) all.push_back(*lengths);
    if (step) all.push_back(*step);
    return all;
  }
  std::vector<graph::ParameterId> parameters() const { return {}; }
  graph::Traits traits() const;
  double operations(const graph::Graph& graph) const;
  template <typename T>
  void forward(plan::Lowering<T>&, const graph::Operation&) const;
  template <typename T>
  void backward(plan::Lowering<T>&, const graph::Operation&) const;
};

std::shared_ptr<const graph::Op> make_attention(const Attention& attention);

}  // namespace lithe::ops
