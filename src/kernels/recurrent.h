// The steps of recurrent layers behind their products: gates, cells and outputs of some examples at
// one position, and their backward pass.
//
//   lstm   i, f, g, o = sigmoid, sigmoid, tanh, sigmoid of the sums
//          c = f c' + i g      y = o tanh(c)            c', y': of the step before
//   gru    r, z = sigmoid(sums + products)              products: y' U + bias
//          n = tanh(sum + r product)
//          y = n + z (y' - n)
//
// Gates stand one behind the other: gate k of unit n is column k * units + n. The kernels are those
// of `sigmoid` and `tanh` in activations.inc, with their errors, joined by rounded operations in
// the order above: a value of y is within 6 units of its last place of size 1 (2^-23, or 2^-52) for
// cells |c| <= 1, and each operation after that is one rounding.
#pragma once

#include <cstddef>

#include "kernels/layout.h"

namespace lithe::kernels {

// Matrices have a row for each example. Rows of `output` and `cell` are filled up with zeros to
// whole cache lines; behind the last value of `gates` a vector may be read, and nothing is written.
template <typename T>
struct CellWork {
  std::size_t units;
  Matrix<T> gates;           // sums; becomes the gates
  Matrix<const T> products;  // of gru
  Matrix<const T> state;     // of the step before: c' of lstm, y' of gru
  Matrix<T> cell;            // of lstm, c; of gru, the products of n, where data is not null
  Matrix<T> output;          // y
};

// The gradient of the sums from that of y.
template <typename T>
struct CellBackwardWork {
  std::size_t units;
  Matrix<const T> gates, state, cell;  // as the step left them
  Matrix<const T> dy;
  // lstm: the gradient of c, without what comes by y; becomes that of c'.
  // gru: becomes the gradient of y' as far as it does not come by the products, begun with
  // `dy_before`, where that is not null. May be dy.
  Matrix<T> carry;
  Matrix<const T> dy_before;
  Matrix<T> sums;      // rows are filled up with zeros to whole cache lines; may be gates
  Matrix<T> products;  // of gru: the gradient of the products, likewise
};

}  // namespace lithe::kernels
