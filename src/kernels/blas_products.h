// The three products of a dense layer by a BLAS instead of the kernels in product.h: the same
// problems in the same layouts, but a BLAS adds in an order of its own, so the bits differ.
//
// Weights lie in panels, and a BLAS multiplies matrices whose columns are one distance apart. Each
// panel is such a matrix, so small batches are multiplied panel by panel. A BLAS is at its best
// with wide matrices, and packs the other factor anew for every panel; so of larger batches blocks
// of kBlockRows inputs are copied out of the panels first, or their gradient into them. One panel
// is a matrix by itself and never copied. docs/design.md, "A BLAS", has what was measured.
#pragma once

#include <algorithm>
#include <cstddef>

#include "blas/library.h"
#include "kernels/product.h"
#include "kernels/table.h"

namespace lithe::kernels {

// A piece of the weights' gradient: of `inputs` inputs from `first` on, and the units of `lines`.
// values[k * stride + n] is that of input first + k and the n-th of these units.
template <typename T>
struct GradientPiece {
  std::size_t first, inputs;
  Range lines;
  const T* values;
  std::size_t stride;
};

template <typename T>
class BlasProducts {
 public:
  // For batches of about `batch` rows. `blas` must outlive this.
  BlasProducts(const blas::BlasHandle& blas, std::size_t batch) : blas_(&blas), batch_(batch) {}

  // Whether weights with `units` units are copied in blocks.
  bool copies(std::size_t units) const { return units > kPanel<T> && batch_ >= kCopyFrom; }
  // Values of scratch that a thread needs for weights of that size.
  std::size_t scratch_size(std::size_t inputs, std::size_t units) const {
    return copies(units) ? kBlockRows * row_stride<T>(units) : inputs * kPanel<T>;
  }

  // What product.h says, of operands without an index. `scratch` is the thread's own.
  void forward(const ForwardProduct<T>& p, Range unit_lines, T* scratch) const;
  void input_gradient(const InputGradientProduct<T>& p, Range input_lines,
                      T* scratch) const;  // uses no `transposed`
  // The weights alone, not the bias, and only where nothing is copied.
  void sgd(const WeightProduct<T>& p, Range unit_lines) const;
  // Makes the gradient of p's weights piece by piece in `scratch` and hands each to `use`.
  template <class Use>
  void gradient(const WeightProduct<T>& p, Range unit_lines, T* scratch, const Use& use) const;

 private:
  // At 1024 units a panel costs some 3 us a row more than a wide product with OpenBLAS in float32,
  // 20 us in float64, 60 us with MKL in float64; to copy the weights takes some 150 us to 500 us.
  static constexpr std::size_t kCopyFrom = 32;
  // As many inputs as a BLAS takes of the reduction at a time, so that nothing is lost by it: 1 MiB
  // of 1024 units in float32, which stays in the second cache.
  static constexpr std::size_t kBlockRows = 256;

  // to[units][inputs] = scale * gradient + beta * to, column-major.
  void make_gradient(const WeightProduct<T>& p, Range inputs, Range lines, T scale, T beta, T* to,
                     std::size_t stride) const;

  const blas::BlasHandle* blas_;
  std::size_t batch_;
};

template <typename T>
template <class Use>
void BlasProducts<T>::gradient(const WeightProduct<T>& p, Range unit_lines, T* scratch,
                               const Use& use) const {
  if (unit_lines.begin == unit_lines.end) return;
  const auto make = [&](Range inputs, Range lines, std::size_t stride) {
    make_gradient(p, inputs, lines, 1, 0, scratch, stride);
    use(GradientPiece<T>{inputs.begin, inputs.end - inputs.begin, lines, scratch, stride});
  };
  if (copies(p.units)) {
    const std::size_t stride = row_stride<T>(columns_of<T>(unit_lines));
    for (std::size_t k = 0; k < p.inputs; k += kBlockRows)
      make({k, std::min(p.inputs, k + kBlockRows)}, unit_lines, stride);
  } else {
    each_panel(unit_lines, [&](Range lines) { make({0, p.inputs}, lines, columns_of<T>(lines)); });
  }
}

extern template class BlasProducts<float>;
extern template class BlasProducts<double>;

}  // namespace lithe::kernels
