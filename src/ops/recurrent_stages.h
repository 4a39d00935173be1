// The stages of a recurrent layer. Threads divide the examples, and each goes along the whole
// sequence with its own: nobody waits for anybody between two positions.
//
// Where examples end before the last position, a thread goes as far as its longest one. At each
// position, what was computed for examples that have ended is put back to 0: outputs and cells
// forward, all gradients backward. Where sequences begin anew, what stands before the position is
// a copy with zeros in their rows, and no gradient goes back from there.
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

// What is remembered of outputs or cells: before the first position, behind the last, and room for
// what stands before a position where sequences begin anew.
template <typename T>
struct RecurrentState {
  ByPosition<T> before, after, begun;
};

// A thread's examples, and the positions of the longest of them.
struct Way {
  kernels::Range examples;
  std::size_t steps;
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
  plan::Lengths ends;
  kernels::ForwardProduct<T> product{};  // all but the matrices
  const T* zeros = nullptr;              // what stands before the first position
  ByPosition<T> gates, output;
  ByPosition<T> cells;     // lstm: cells; gru: products of the value's gate
  ByPosition<T> products;  // gru: of all gates; going back, their gradient
  // Where examples are parts of longer sequences: what is remembered, and of each example and
  // position whether a sequence begins anew. Otherwise null.
  RecurrentState<T> outputs_state, cells_state;
  const std::int32_t* begins = nullptr;

  Way way(kernels::Range examples) const {
    if (ends.data == nullptr) return {examples, length};
    std::size_t steps = 0;
    for (std::size_t i = examples.begin; i < examples.end; ++i)
      steps = std::max(steps, ends.of(i, length));
    return {examples, steps};
  }
  std::size_t position(Way way, std::size_t step) const {
    return reverse ? way.steps - 1 - step : step;
  }
  kernels::Range all_lines() const {
    return {0, kernels::divide_up(product.units, kernels::kLine<T>)};
  }
  // Whether something can come from before this step.
  bool reads_before(std::size_t step) const {
    return step > 0 || outputs_state.before.data != nullptr;
  }
  // Calls work(i) for those of the examples, from 0 on, whose sequence begins at this position.
  template <class Work>
  void each_beginning(Way way, std::size_t at, const Work& work) const {
    if (begins == nullptr) return;
    for (std::size_t i = way.examples.begin; i < way.examples.end; ++i)
      if (begins[i * length + at] != 0) work(i - way.examples.begin);
  }
  // What `of` held at the step before.
  kernels::Matrix<const T> before(const ByPosition<T>& of, const RecurrentState<T>& state, Way way,
                                  std::size_t step) const {
    kernels::Matrix<const T> held{zeros, 0, way.examples.end - way.examples.begin};
    if (step > 0)
      held = of.at(way.examples, position(way, step - 1));
    else if (state.before.data != nullptr)
      held = state.before.at(way.examples, 0);
    bool anew = false;
    each_beginning(way, position(way, step), [&](std::size_t) { anew = true; });
    if (!anew) return held;
    const kernels::Matrix<T> copy = state.begun.at(way.examples, 0);
    for (std::size_t i = 0; i < copy.rows; ++i) std::copy_n(held.row(i), padded(), copy.row(i));
    each_beginning(way, position(way, step),
                   [&](std::size_t i) { std::fill_n(copy.row(i), padded(), T{0}); });
    return copy;
  }
  kernels::Matrix<const T> output_before(Way way, std::size_t at_step) const {
    return before(output, outputs_state, way, at_step);
  }
  kernels::Matrix<const T> cells_before(Way way, std::size_t at_step) const {
    return before(cells, cells_state, way, at_step);
  }
  // What stands at each example's last position.
  void remember(kernels::Range examples) const {
    const auto copy = [&](const ByPosition<T>& from, const ByPosition<T>& to) {
      for (std::size_t i = examples.begin; to.data != nullptr && i < examples.end; ++i)
        std::copy_n(from.data + i * from.example + (ends.of(i, length) - 1) * from.step, padded(),
                    to.data + i * to.example);
    };
    copy(output, outputs_state.after), copy(cells, cells_state.after);
  }
  std::size_t padded() const { return kernels::round_up(units, kernels::kLine<T>); }
  // Calls work(i) for those of the examples, from 0 on, that have ended before this position.
  template <class Work>
  void each_ended(Way way, std::size_t at, const Work& work) const {
    if (ends.data == nullptr) return;
    for (std::size_t i = way.examples.begin; i < way.examples.end; ++i)
      if (at >= ends.of(i, length)) work(i - way.examples.begin);
  }
  // Zeros in the rows of these.
  void clear_ended(Way way, std::size_t at, kernels::Matrix<T> rows, std::size_t columns) const {
    if (rows.data == nullptr) return;
    each_ended(way, at, [&](std::size_t i) {
      std::fill_n(rows.row(i), kernels::round_up(columns, kernels::kLine<T>), T{0});
    });
  }
  // The same at all positions that nobody reaches.
  void clear_rest(Way way, const ByPosition<T>& of, std::size_t columns) const {
    for (std::size_t at = way.steps; of.data != nullptr && at < length; ++at)
      clear_ended(way, at, of.at(way.examples, at), columns);
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
    const Way way = work_.way(mine);
    for (std::size_t step = 0; step < way.steps; ++step) {
      const std::size_t at = work_.position(way, step);
      this->step(way, step);
      work_.clear_ended(way, at, work_.output.at(mine, at), work_.units);
      work_.clear_ended(way, at, work_.cells.at(mine, at), work_.units);
    }
    work_.clear_rest(way, work_.output, work_.units);
    work_.remember(mine);
    this->run_epilogue_rows(batch, mine, share.part);
  }

 private:
  void step(Way way, std::size_t step) const {
    const RecurrentWork<T>& w = work_;
    const kernels::Range mine = way.examples;
    const std::size_t at = w.position(way, step);
    const kernels::Matrix<T> gates = w.gates.at(mine, at), output = w.output.at(mine, at);
    const kernels::Matrix<const T> y = w.output_before(way, step);
    if (w.cell == Cell::gru) {
      const kernels::Matrix<T> products = w.products.at(mine, at);
      w.kernels->forward(w.multiply(y, products), w.all_lines());
      return w.kernels->gru({w.units, gates, products, y, w.cells.at(mine, at), output});
    }
    // Nothing comes from before the first position.
    if (w.reads_before(step)) w.kernels->forward_onto(w.multiply(y, gates), gates, w.all_lines());
    if (w.cell == Cell::lstm)
      return w.kernels->lstm(
          {w.units, gates, {}, w.cells_before(way, step), w.cells.at(mine, at), output});
    w.kernels->of(w.activation).forward(gates, output, w.units, w.all_lines(), w.argument);
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
    const Way way = work_.way(mine);
    clear_carry(mine);
    for (std::size_t step = way.steps; step-- > 0;) this->step(way, step);
    work_.clear_rest(way, work_.sums, sum_columns());
    if (work_.cell == Cell::gru) work_.clear_rest(way, work_.products, sum_columns());
    if (work_.taken.data != nullptr) take(way);
    this->run_epilogue_rows(batch, mine, share.part);
  }

 private:
  std::size_t sum_columns() const { return gates_of(work_.cell) * work_.units; }
  std::size_t padded() const { return work_.padded(); }

  void clear_carry(kernels::Range mine) const {
    if (work_.cell != Cell::lstm) return;
    const kernels::Matrix<T> carry = work_.carry.at(mine, 0);
    for (std::size_t i = 0; i < carry.rows; ++i) std::fill_n(carry.row(i), padded(), T{0});
  }

  void step(Way way, std::size_t step) const {
    const RecurrentBackwardWork<T>& w = work_;
    const kernels::Range mine = way.examples;
    const std::size_t at = w.position(way, step);
    const bool last = step + 1 == way.steps;
    if (w.cell == Cell::rnn) return plain_step(way, step);
    const kernels::Matrix<T> whole = w.dy_whole.at(mine, 0), sums = w.sums.at(mine, at);
    const kernels::Matrix<const T> dy_before =
        step > 0 ? w.dy.at(mine, w.position(way, step - 1)) : kernels::Matrix<T>{nullptr, 0, 0};
    kernels::CellBackwardWork<T> cell{};
    cell.units = w.units;
    cell.gates = w.gates.at(mine, at);
    cell.cell = w.cells.at(mine, at);
    cell.dy = last ? w.dy.at(mine, at) : whole;
    cell.sums = sums;
    if (w.cell == Cell::lstm) {
      cell.state = w.cells_before(way, step);
      cell.carry = w.carry.at(mine, 0);
      w.kernels->lstm_backward(cell);
      w.clear_ended(way, at, sums, sum_columns());
      w.clear_ended(way, at, cell.carry, w.units);
      w.each_beginning(way, at,
                       [&](std::size_t i) { std::fill_n(cell.carry.row(i), padded(), T{0}); });
      if (step > 0) w.kernels->forward_onto(w.multiply(sums, whole), dy_before, w.all_lines());
    } else {
      cell.state = w.output_before(way, step);
      cell.dy_before = dy_before;
      cell.carry = whole;
      cell.products = w.products.at(mine, at);
      w.kernels->gru_backward(cell);
      w.clear_ended(way, at, sums, sum_columns());
      w.clear_ended(way, at, cell.products, sum_columns());
      w.each_ended(way, at, [&](std::size_t i) {
        if (step > 0)
          std::copy_n(dy_before.row(i), padded(), whole.row(i));
        else
          std::fill_n(whole.row(i), padded(), T{0});
      });
      if (step > 0) w.kernels->forward_onto(w.multiply(cell.products, whole), whole, w.all_lines());
    }
    if (step > 0) cut(way, at, dy_before, whole);
  }

  // Where sequences begin, nothing comes back to the position before but its own gradient.
  void cut(Way way, std::size_t at, kernels::Matrix<const T> own, kernels::Matrix<T> whole) const {
    work_.each_beginning(way, at,
                         [&](std::size_t i) { std::copy_n(own.row(i), padded(), whole.row(i)); });
  }

  // The gradient of the output is made where that of the sum then stands.
  void plain_step(Way way, std::size_t step) const {
    const RecurrentBackwardWork<T>& w = work_;
    const kernels::Range mine = way.examples;
    const std::size_t at = w.position(way, step);
    const kernels::Matrix<T> sums = w.sums.at(mine, at);
    if (step + 1 == way.steps) {
      const kernels::Matrix<T> dy = w.dy.at(mine, at);
      for (std::size_t i = 0; i < sums.rows; ++i) std::copy_n(dy.row(i), padded(), sums.row(i));
    }
    const bool by_output =
        activations::row(w.activation).derivative_from == activations::DerivativeFrom::output;
    const kernels::Matrix<T> looked_at = by_output ? w.output.at(mine, at) : w.gates.at(mine, at);
    w.kernels->of(w.activation).backward(looked_at, sums, w.units, w.all_lines(), w.argument);
    w.clear_ended(way, at, sums, w.units);
    if (step == 0) return;
    const std::size_t next = w.position(way, step - 1);
    const kernels::Matrix<T> before = w.sums.at(mine, next), dy_before = w.dy.at(mine, next);
    w.kernels->forward_onto(w.multiply(sums, before), dy_before, w.all_lines());
    cut(way, at, dy_before, before);
  }

  void take(Way way) const {
    for (std::size_t step = 0; step < way.steps; ++step) {
      const kernels::Matrix<const T> from = work_.output_before(way, step);
      const kernels::Matrix<T> to = work_.taken.at(way.examples, work_.position(way, step));
      for (std::size_t i = 0; i < to.rows; ++i) std::copy_n(from.row(i), padded(), to.row(i));
    }
    work_.clear_rest(way, work_.taken, work_.units);
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
