// The stages of a recurrent layer. Threads divide the examples, and each goes along the whole
// sequence with its own: nobody waits for anybody between two positions.
#pragma once

#include <algorithm>

#include "activations/activation.h"
#include "kernels/table.h"
#include "ops/recurrent.h"
#include "plan/values.h"

namespace lithe::ops {

// A matrix for each position: row i, that of example i, begins at data + i * example + position *
// step.
template <typename T>
struct ByPosition {
  T* data = nullptr;
  std::size_t example = 0, step = 0;

  ByPosition() = default;
  explicit ByPosition(const plan::Values<T>& values)
      : data(values.data), example(values.positions * values.stride), step(values.stride) {}
  ByPosition(T* first, std::size_t of_example, std::size_t of_position)
      : data(first), example(of_example), step(of_position) {}

  kernels::Matrix<T> at(kernels::Range examples, std::size_t position) const {
    if (data == nullptr) return {nullptr, 0, examples.end - examples.begin};
    return {data + examples.begin * example + position * step, example,
            examples.end - examples.begin};
  }
};

// What both directions share.
template <typename T>
struct RecurrentWork {
  const kernels::Kernels<T>* kernels = nullptr;
  Cell cell = Cell::rnn;
  activations::Activation activation = activations::Activation::identity;
  T argument = 0;
  bool reverse = false;
  std::size_t length = 0, units = 0;
  kernels::ForwardProduct<T> product{};  // all but the matrices
  const T* zeros = nullptr;              // what stands before the first position
  ByPosition<T> gates, output;
  ByPosition<T> cells;     // lstm: cells; gru: products of the value's gate
  ByPosition<T> products;  // gru: of all gates; going back, their gradient

  std::size_t position(std::size_t step) const { return reverse ? length - 1 - step : step; }
  kernels::Range all_lines() const {
    return {0, kernels::divide_up(product.units, kernels::kLine<T>)};
  }
  // What `of` held at the step before.
  kernels::Matrix<const T> before(const ByPosition<T>& of, kernels::Range examples,
                                  std::size_t step) const {
    if (step == 0) return {zeros, 0, examples.end - examples.begin};
    return of.at(examples, position(step - 1));
  }
  kernels::ForwardProduct<T> multiply(kernels::Matrix<const T> x, kernels::Matrix<T> y) const {
    kernels::ForwardProduct<T> p = product;
    p.input = {x.data, x.stride, x.rows, product.inputs, nullptr};
    p.y = y.data, p.y_stride = y.stride;
    return p;
  }
};

template <typename T>
class RecurrentStage final : public plan::Stage<T> {
 public:
  explicit RecurrentStage(const RecurrentWork<T>& work) : work_(work) {}

  void run(const plan::Batch<T>& batch, plan::Share share) override {
    const kernels::Range mine = kernels::share(batch.rows, share.part, share.parts);
    if (mine.begin == mine.end) return;
    for (std::size_t step = 0; step < work_.length; ++step) this->step(mine, step);
    this->run_epilogue_rows(batch, mine, share.part);
  }

 private:
  void step(kernels::Range mine, std::size_t step) const {
    const RecurrentWork<T>& w = work_;
    const std::size_t at = w.position(step);
    const kernels::Matrix<T> gates = w.gates.at(mine, at), output = w.output.at(mine, at);
    const kernels::Matrix<const T> y = w.before(w.output, mine, step);
    if (w.cell == Cell::gru) {
      const kernels::Matrix<T> products = w.products.at(mine, at);
      w.kernels->forward(w.multiply(y, products), w.all_lines());
      return w.kernels->gru({w.units, gates, products, y, w.cells.at(mine, at), output});
    }
    // Nothing comes from before the first position.
    if (step > 0) w.kernels->forward_onto(w.multiply(y, gates), gates, w.all_lines());
    if (w.cell == Cell::lstm)
      return w.kernels->lstm(
          {w.units, gates, {}, w.before(w.cells, mine, step), w.cells.at(mine, at), output});
    w.kernels->of(w.activation).forward(gates, output, w.all_lines(), w.argument);
  }

  RecurrentWork<T> work_;
};

// Going back: the gradient of the sums, from that of the outputs. `product` has the transposed
// weights.
template <typename T>
struct RecurrentBackwardWork : RecurrentWork<T> {
  ByPosition<T> dy, sums;  // gradients
  ByPosition<T> carry;     // lstm: gradient of the cells
  ByPosition<T> dy_whole;  // with what came back from the position behind
  ByPosition<T> taken;     // what each position read of the one before it; null: not wanted
};

template <typename T>
class RecurrentBackwardStage final : public plan::Stage<T> {
 public:
  explicit RecurrentBackwardStage(const RecurrentBackwardWork<T>& work) : work_(work) {}

  void run(const plan::Batch<T>& batch, plan::Share share) override {
    const kernels::Range mine = kernels::share(batch.rows, share.part, share.parts);
    if (mine.begin == mine.end) return;
    clear_carry(mine);
    for (std::size_t step = work_.length; step-- > 0;) this->step(mine, step);
    if (work_.taken.data != nullptr) take(mine);
    this->run_epilogue_rows(batch, mine, share.part);
  }

 private:
  std::size_t padded() const { return kernels::round_up(work_.units, kernels::kLine<T>); }

  void clear_carry(kernels::Range mine) const {
    if (work_.cell != Cell::lstm) return;
    const kernels::Matrix<T> carry = work_.carry.at(mine, 0);
    for (std::size_t i = 0; i < carry.rows; ++i) std::fill_n(carry.row(i), padded(), T{0});
  }

  void step(kernels::Range mine, std::size_t step) const {
    const RecurrentBackwardWork<T>& w = work_;
    const std::size_t at = w.position(step);
    const bool last = step + 1 == w.length;
    if (w.cell == Cell::rnn) return plain_step(mine, step);
    const kernels::Matrix<T> whole = w.dy_whole.at(mine, 0), sums = w.sums.at(mine, at);
    const kernels::Matrix<const T> dy_before =
        step > 0 ? w.dy.at(mine, w.position(step - 1)) : kernels::Matrix<T>{nullptr, 0, 0};
    kernels::CellBackwardWork<T> cell{};
    cell.units = w.units;
    cell.gates = w.gates.at(mine, at);
    cell.cell = w.cells.at(mine, at);
    cell.dy = last ? w.dy.at(mine, at) : whole;
    cell.sums = sums;
    if (w.cell == Cell::lstm) {
      cell.state = w.before(w.cells, mine, step);
      cell.carry = w.carry.at(mine, 0);
      w.kernels->lstm_backward(cell);
      if (step > 0) w.kernels->forward_onto(w.multiply(sums, whole), dy_before, w.all_lines());
    } else {
      cell.state = w.before(w.output, mine, step);
      cell.dy_before = dy_before;
      cell.carry = whole;
      cell.products = w.products.at(mine, at);
      w.kernels->gru_backward(cell);
      if (step > 0) w.kernels->forward_onto(w.multiply(cell.products, whole), whole, w.all_lines());
    }
  }

  // The gradient of the output is made where that of the sum then stands.
  void plain_step(kernels::Range mine, std::size_t step) const {
    const RecurrentBackwardWork<T>& w = work_;
    const std::size_t at = w.position(step);
    const kernels::Matrix<T> sums = w.sums.at(mine, at);
    if (step + 1 == w.length) {
      const kernels::Matrix<T> dy = w.dy.at(mine, at);
      for (std::size_t i = 0; i < sums.rows; ++i) std::copy_n(dy.row(i), padded(), sums.row(i));
    }
    const bool by_output =
        activations::row(w.activation).derivative_from == activations::DerivativeFrom::output;
    const kernels::Matrix<T> looked_at = by_output ? w.output.at(mine, at) : w.gates.at(mine, at);
    w.kernels->of(w.activation).backward(looked_at, sums, w.all_lines(), w.argument);
    if (step == 0) return;
    const std::size_t next = w.position(step - 1);
    w.kernels->forward_onto(w.multiply(sums, w.sums.at(mine, next)), w.dy.at(mine, next),
                            w.all_lines());
  }

  void take(kernels::Range mine) const {
    for (std::size_t step = 0; step < work_.length; ++step) {
      const kernels::Matrix<const T> from = work_.before(work_.output, mine, step);
      const kernels::Matrix<T> to = work_.taken.at(mine, work_.position(step));
      for (std::size_t i = 0; i < to.rows; ++i) std::copy_n(from.row(i), padded(), to.row(i));
    }
  }

  RecurrentBackwardWork<T> work_;
};

// The recurrent weights, transposed: [gates * units][units] in panels.
template <typename T>
class TransposeWeightsStage final : public plan::Stage<T> {
 public:
  TransposeWeightsStage(const kernels::Kernels<T>& kernels, const T* weight, std::size_t inputs,
                        std::size_t units, T* transposed)
      : kernels_(kernels), weight_(weight), from_{inputs, units}, transposed_(transposed) {}

  // A panel is a matrix as it is.
  void run(const plan::Batch<T>&, plan::Share) override {
    for (std::size_t n = 0; n < from_.columns; n += kernels::kPanel<T>) {
      kernels::InputGradientProduct<T> panel{};
      panel.dy = weight_ + from_.column_start(n) - n;
      panel.dy_stride = from_.width(n);
      panel.rows = from_.rows;
      panel.units = from_.columns;
      panel.transposed = transposed_;
      kernels_.transpose(panel, {n, std::min(n + kernels::kPanel<T>, from_.columns)});
    }
  }

 private:
  const kernels::Kernels<T>& kernels_;
  const T* weight_;
  kernels::Panels<T> from_;
  T* transposed_;
};

}  // namespace lithe::ops
