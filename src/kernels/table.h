// The table of kernels: one for each instruction set and precision, resolved once, when a plan is
// made. The scalar table is the plain reference that the others are tested against.
#pragma once

#include <cstddef>
#include <cstdint>

#include "activations/activation.h"
#include "kernels/layout.h"
#include "kernels/product.h"
#include "losses/loss.h"
#include "machine/isa.h"

namespace lithe::kernels {

// Elementwise work on a matrix [rows][stride], on the columns that lie in a range of cache lines.
template <typename T>
struct Matrix {
  T* data;
  std::size_t stride, rows;
};

template <typename T>
struct ActivationKernels {
  void (*forward)(Matrix<T> y, Range lines);  // y = f(y)
  // dy *= f'(x), told from y = f(x).
  void (*backward)(Matrix<const T> y, Matrix<T> dy, Range lines);
};

// A batch's loss and its gradient. The loss is summed without the 1 / batch, in `sums`: one running
// sum for each place in a cache line, whatever the vector length, folded by whoever reads it.
template <typename T>
struct LossWork {
  Matrix<const T> output;
  Matrix<T> gradient;  // the padding of each row is set to zero
  std::size_t classes;
  const std::int32_t* labels;  // of the data set
  const std::uint32_t* order;  // rows of the data set
  T scale;                     // of the gradient: 1 / batch
  double* sums;                // kLine<T> of them
};

template <typename T>
struct Kernels {
  machine::Isa isa;
  void (*forward)(const ForwardProduct<T>&, Range unit_lines);
  void (*forward_indexed)(const ForwardProduct<T>&, Range unit_lines);
  void (*store_gradient)(const WeightProduct<T>&, Range unit_lines);
  void (*store_gradient_indexed)(const WeightProduct<T>&, Range unit_lines);
  void (*sgd)(const WeightProduct<T>&, Range unit_lines);
  void (*sgd_indexed)(const WeightProduct<T>&, Range unit_lines);
  void (*transpose)(const DataProduct<T>&, Range units);
  void (*data)(const DataProduct<T>&, Range input_lines);
  void (*pack_bytes)(Pack<T>&);
  void (*pack_nonzero_bytes)(Pack<T>&);
  void (*pack_float32)(Pack<T>&);
  void (*pack_float64)(Pack<T>&);
  ActivationKernels<T> activations[activations::kCount];
  void (*losses[losses::kCount])(const LossWork<T>&);

  const ActivationKernels<T>& of(activations::Activation a) const {
    return activations[static_cast<std::size_t>(a)];
  }
  auto of(losses::Loss loss) const { return losses[static_cast<std::size_t>(loss)]; }
};

// The table of an instruction set that this machine has (machine::supported), or of Isa::scalar.
template <typename T>
const Kernels<T>& kernels(machine::Isa isa);
template <>
const Kernels<float>& kernels<float>(machine::Isa isa);
template <>
const Kernels<double>& kernels<double>(machine::Isa isa);

}  // namespace lithe::kernels
