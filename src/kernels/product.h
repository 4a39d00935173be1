// The three products of a dense layer, and the packing of its input.
//
// Every output element is one chain of fused multiply-adds in the order of the reduction index:
//   forward          y[i][n] = b[n] + sum over k of x[i][k] w[k][n]        k = 0, 1, ...
//   weight gradient  dw[k][n] = 0 + sum over i of x[i][k] dy[i][n]       i = 0, 1, ...
//   input gradient   dx[i][k] = 0 + sum over n of dy[i][n] w[k][n]       n = 0, 1, ...
// so the bits are the same for every instruction set with fused multiply-add, every tile and every
// number of threads. Leaving out the k whose x are all zero does not change them either.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lithe::kernels {

// The input of a product: `rows` examples with `depth` values each. Where `index` is not null, x
// has only the nonzero columns of the input, and column c of x is column index[c] of the input.
template <typename T>
struct Operand {
  const T* x = nullptr;
  std::size_t stride = 0;
  std::size_t rows = 0;
  std::size_t depth = 0;
  const std::uint32_t* index = nullptr;  // with kPackSlack more that may be read
};

template <typename T>
struct ForwardProduct {
  Operand<T> input;
  const T* weight;  // Panels<T>{inputs, units}
  const T* bias;    // units, padded to a whole line
  std::size_t inputs, units;
  T* y;  // [rows][units], row-major
  std::size_t y_stride;
};

// Plain gradient descent, which applies each finished tile of the weight gradient from registers:
//   weight -= rate * gradient
template <typename T>
struct WeightProduct {
  Operand<T> input;
  const T* dy;  // [rows][units], row-major, padding zero
  std::size_t dy_stride;
  std::size_t inputs, units;
  T* weight;
  T* bias;  // or null
  T rate;
};

// A block of the weight gradient: the inputs from `first` up to `end`, within one panel.
template <typename T>
struct GradientProduct {
  Operand<T> input;
  const T* dy;  // [rows][units], row-major, padding zero
  std::size_t dy_stride, units;
  std::size_t first, end;
  std::size_t operand_first, operand_end;  // their columns in the operand; without index the same
  T* to;               // the panel's row `first`; rows of columns left out become zero
  std::size_t stride;  // width of the panel
  // What the update will need, to be prefetched meanwhile: values from `prefetch_at` on, which lie
  // as those of `to` do, of the weights (null: nothing is prefetched) and of their optimizer's
  // states.
  const T* prefetch_weight;
  std::span<T* const> prefetch_states;
  std::size_t prefetch_at;
};

template <typename T>
struct InputGradientProduct {
  const T* dy;  // [rows][units], row-major
  std::size_t dy_stride;
  std::size_t rows;
  const T* weight;  // Panels<T>{inputs, units}
  std::size_t inputs, units;
  T* dx;  // [rows][inputs], row-major; the padding of each row is set to zero
  std::size_t dx_stride;
  T* transposed;  // scratch: Panels<T>{units, rows}
};

// Gathers rows of a data set into an operand: converts them and divides by `divisor`. The kernel
// for sparse data leaves out the columns that are zero in every row; it needs `index` and the
// scratch.
struct PackedBlock {
  std::uint32_t column, start;
};

template <typename T>
struct Pack {
  const void* data;
  std::size_t row_stride;  // bytes
  std::size_t row_bytes;
  const std::uint32_t* order;  // rows of the data set
  std::size_t rows, columns;
  const std::uint32_t* next_order;  // the rows of the next batch, to be prefetched
  std::size_t next_rows;            // 0: none
  T divisor;
  T* x;                  // [rows][stride]
  std::size_t stride;    // at least columns + kPackSlack
  std::uint32_t* index;  // columns + kPackSlack
  std::uint8_t* any;     // columns + kPackSlack bytes of scratch, on a cache line
  PackedBlock* blocks;   // columns / 4 + 1 of scratch
  // Columns 2 i and 2 i + 1 are left out together or not at all, so that pairs of neighbours
  // (pairs.h) are the same whether columns are left out or not.
  bool in_pairs;
  std::size_t depth;  // out: the columns of x
};

// Vectors are stored whole, so they may run past the end of a row by less than this.
inline constexpr std::size_t kPackSlack = 64;

}  // namespace lithe::kernels
