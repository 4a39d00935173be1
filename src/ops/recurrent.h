// A recurrent layer's way along a sequence, behind the product of its inputs with their weights:
// at each position, the product of the outputs of the position before, and the gates
// (kernels/recurrent.h).
//
//   rnn    y = activation(sum + y' U)
//   lstm   (y, c) = cell(sums + y' U, c')
//   gru    y = cell(sums, y' U + bias, y')
#pragma once

#include <memory>
#include <optional>

#include "activations/activation.h"
#include "graph/op.h"
#include "ops/dense.h"

namespace lithe::ops {

enum class Cell { rnn, lstm, gru };

constexpr std::size_t gates_of(Cell cell) {
  return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1;
}

struct Recurrence {
  Cell cell;
  graph::SlotId sums, output;
  // The outputs, each at the position that reads them: what the weights' gradient is made from. No
  // operation reads it.
  graph::SlotId before;
  graph::ParameterId weight;  // [units][gates * units]
  graph::ParameterId bias;    // of gru; or kNoBias
  bool reverse;               // from the last position to the first
  activations::Activation activation = activations::Activation::identity;  // of rnn
  double argument = 0;
  // Where each example ends. Behind it, outputs and cells are 0, which is also what stands in front
  // of the first position: so `reverse` begins at the example's own last one.
  std::optional<graph::SlotId> lengths = std::nullopt;
  // Where examples are parts of longer sequences: outputs, and lstm's cells, before the first
  // position and behind the last, and at which positions a sequence begins anew, if at any.
  std::optional<graph::State> outputs_state = std::nullopt, cells_state = std::nullopt;
  std::optional<graph::SlotId> begins = std::nullopt;

  std::vector<graph::SlotId> inputs() const {
    std::vector<graph::SlotId> all = {sums};
    if (lengths) all.push_back(*lengths);
    for (const auto& state : {outputs_state, cells_state})
      if (state) all.push_back(state->before);
    if (begins) all.push_back(*begins);
    return all;
  }
  std::vector<graph::ParameterId> parameters() const {
    if (bias == kNoBias) return {weight};
    return {weight, bias};
  }
  graph::Traits traits() const;
  double operations(const graph::Graph& graph) const;
  template <typename T>
  void forward(plan::Lowering<T>&, const graph::Operation&) const;
  template <typename T>
  void backward(plan::Lowering<T>&, const graph::Operation&) const;
};

std::shared_ptr<const graph::Op> make_recurrence(const Recurrence& recurrence);

}  // namespace lithe::ops
