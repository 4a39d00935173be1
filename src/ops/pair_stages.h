// Stages that round matrices to pairs of bfloat16 values (kernels/pairs.h), which products read.
#pragma once

#include <functional>
#include <string>

#include "plan/lowering.h"

namespace lithe::ops {

// What is rounded: a matrix of the batch, as it is when the stage runs.
template <typename T>
using PairSource = std::function<kernels::Operand<T>(const plan::Batch<T>&)>;

// Pairs of neighbouring columns, of neighbouring rows, or of columns with the matrix transposed in
// panels.
enum class PairForm { columns, rows, transposed };

template <typename T>
class PairStage final : public plan::Stage<T> {
 public:
  // `scratch`: a matrix of pairs of columns, where they are transposed.
  PairStage(const kernels::Kernels<T>& kernels, PairForm form, PairSource<T> source, T* to,
            std::size_t stride, T* scratch)
      : kernels_(kernels),
        form_(form),
        source_(std::move(source)),
        to_(to),
        stride_(stride),
        scratch_(scratch) {}

  void run(const plan::Batch<T>& batch, plan::Share share) override {
    const kernels::Operand<T> from = source_(batch);
    const kernels::Matrix<const T> x{from.x, from.stride, from.rows};
    if (form_ == PairForm::rows) {
      kernels_.pair_rows(x, {to_, stride_, from.rows}, plan::lines_of<T>(from.depth, share));
      return;
    }
    const std::size_t pairs = kernels::pairs_of(from.depth);
    const kernels::Range lines = plan::lines_of<T>(pairs, share);
    T* const columns = form_ == PairForm::columns ? to_ : scratch_;
    kernels_.pair_columns(x, from.depth, {columns, stride_, from.rows}, lines);
    if (form_ == PairForm::transposed) transpose(columns, pairs, from.rows, lines);
  }

 private:
  void transpose(const T* columns, std::size_t pairs, std::size_t rows,
                 kernels::Range lines) const {
    kernels::InputGradientProduct<T> product{};
    product.dy = columns, product.dy_stride = stride_;
    product.rows = rows, product.units = pairs;
    product.transposed = to_;
    kernels_.transpose(
        product, {lines.begin * kernels::kLine<T>, std::min(pairs, lines.end * kernels::kLine<T>)});
  }

  const kernels::Kernels<T>& kernels_;
  PairForm form_;
  PairSource<T> source_;
  T* to_;
  std::size_t stride_;
  T* scratch_;
};

// The row stride of pairs of a matrix with that many columns.
template <typename T>
std::size_t pair_stride(PairForm form, std::size_t columns) {
  return kernels::row_stride<T>(form == PairForm::rows ? columns : kernels::pairs_of(columns));
}

// Adds such a stage for `rows` x `columns` values of buffer `from`; `make_source` makes the source
// once buffers have a place. Returns the buffer with the pairs.
template <typename T, class MakeSource>
plan::BufferId add_pairs(plan::Lowering<T>& lowering, const std::string& name, plan::Phase phase,
                         PairForm form, std::size_t rows, std::size_t columns, plan::BufferId from,
                         MakeSource make_source) {
  const std::size_t stride = pair_stride<T>(form, columns), pairs = kernels::pairs_of(columns);
  const std::size_t matrix = (form == PairForm::rows ? kernels::pairs_of(rows) : rows) * stride;
  const bool turned = form == PairForm::transposed;
  const plan::BufferId scratch =
      turned ? lowering.book("pairs to transpose", matrix * sizeof(T)) : plan::kNoBuffer;
  const plan::BufferId to = lowering.book(
      "pairs of " + name, (turned ? kernels::Panels<T>{pairs, rows}.size() : matrix) * sizeof(T));
  plan::LoweredStage<T> stage = lowering.stage("round " + name + " to bfloat16", phase);
  stage.info.bytes = 1.5 * static_cast<double>(rows * columns * sizeof(T));
  stage.access = {lowering.workers_for(pairs, 8 * static_cast<double>(rows * columns)),
                  {{from, false}, {to, true}}};
  if (turned) stage.access.buffers.push_back({scratch, true});
  stage.make = [&lowering, form, to, stride, scratch, make_source](const plan::Buffers& buffers) {
    return std::make_unique<PairStage<T>>(lowering.kernels(), form, make_source(buffers),
                                          buffers.at<T>(to), stride, buffers.at<T>(scratch));
  };
  lowering.add(std::move(stage));
  return to;
}

}  // namespace lithe::ops
