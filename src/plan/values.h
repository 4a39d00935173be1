// The matrices that the stages of a plan work on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/table.h"
#include "plan/stage.h"

namespace lithe::plan {

// The values of a slot, or its gradient: an address and a form. Each position of an example is a
// row of its own, so that whatever works row by row or column by column works for positions too.
template <typename T>
struct Values {
  T* data = nullptr;
  std::size_t columns = 0, stride = 0;
  std::size_t positions = 1;

  std::size_t rows(const Batch<T>& batch) const { return batch.rows * positions; }
  kernels::Matrix<T> of(const Batch<T>& batch) const {
    return {data + batch.first * positions * stride, stride, rows(batch)};
  }
};

// How many positions each example of a batch has.
struct Lengths {
  const std::int32_t* data = nullptr;  // null: all that the slots hold

  std::size_t of(std::size_t example, std::size_t positions) const {
    return data == nullptr ? positions
                           : std::min(static_cast<std::size_t>(data[example]), positions);
  }
};

// The left factor of a product: a slot that a stage fills, or a packed batch, of which there are
// two where one is packed while the other is in use.
template <typename T>
struct Operands {
  kernels::Operand<T> of[2];  // by the parity of the step
  std::size_t positions = 1;

  kernels::Operand<T> at(const Batch<T>& batch) const {
    kernels::Operand<T> operand = of[batch.parity];
    operand.rows = batch.rows * positions;
    return operand;
  }
};

// A thread's share of the cache lines of `columns`.
template <typename T>
kernels::Range lines_of(std::size_t columns, Share share) {
  return kernels::share(kernels::divide_up(columns, kernels::kLine<T>), share.part, share.parts);
}

}  // namespace lithe::plan
