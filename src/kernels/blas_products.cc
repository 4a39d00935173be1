#include "kernels/blas_products.h"

namespace lithe::kernels {

namespace {

std::int64_t wide(std::size_t size) { return static_cast<std::int64_t>(size); }

// Copies `count` rows from `first` on, with the columns in `lines`, out of the panels.
template <typename T>
void copy_rows(const T* weight, Panels<T> panels, std::size_t first, std::size_t count, Range lines,
               T* to, std::size_t stride) {
  each_panel(lines, [&](Range piece) {
    const std::size_t column = piece.begin * kLine<T>, width = panels.width(column);
    const T* from = weight + panels.at(first, column);
    T* at = to + (piece.begin - lines.begin) * kLine<T>;
    for (std::size_t k = 0; k < count; ++k, from += width, at += stride)
      std::copy_n(from, columns_of<T>(piece), at);
  });
}

template <typename T>
void fill_bias(const ForwardProduct<T>& p, Range lines) {
  const std::size_t first = lines.begin * kLine<T>, count = columns_of<T>(lines);
  for (std::size_t i = 0; i < p.input.rows; ++i)
    std::copy_n(p.bias + first, count, p.y + i * p.y_stride + first);
}

}  // namespace

// A row-major matrix is its transpose column-major, so y = x W + b becomes y' = W' x' + b'.
template <typename T>
void BlasProducts<T>::forward(const ForwardProduct<T>& p, Range unit_lines, T* scratch) const {
  if (unit_lines.begin == unit_lines.end) return;
  fill_bias(p, unit_lines);
  const Panels<T> panels{p.inputs, p.units};
  const auto add = [&](Range lines, const T* weight, std::size_t stride, std::size_t k,
                       std::size_t depth) {
    blas_->gemm({.m = wide(columns_of<T>(lines)),
                 .n = wide(p.input.rows),
                 .k = wide(depth),
                 .a = weight,
                 .lda = wide(stride),
                 .b = p.input.x + k,
                 .ldb = wide(p.input.stride),
                 .beta = 1,
                 .c = p.y + lines.begin * kLine<T>,
                 .ldc = wide(p.y_stride)});
  };
  if (copies(p.units)) {
    const std::size_t stride = row_stride<T>(columns_of<T>(unit_lines));
    for (std::size_t k = 0; k < p.inputs; k += kBlockRows) {
      const std::size_t depth = std::min(kBlockRows, p.inputs - k);
      copy_rows(p.weight, panels, k, depth, unit_lines, scratch, stride);
      add(unit_lines, scratch, stride, k, depth);
    }
  } else {
    each_panel(unit_lines, [&](Range lines) {
      const std::size_t column = lines.begin * kLine<T>;
      add(lines, p.weight + panels.column_start(column), panels.width(column), 0, p.inputs);
    });
  }
}

template <typename T>
void BlasProducts<T>::input_gradient(const InputGradientProduct<T>& p, Range input_lines,
                                     T* scratch) const {
  const std::size_t first = input_lines.begin * kLine<T>, padded = input_lines.end * kLine<T>,
                    last = std::min(padded, p.inputs);
  if (first >= last) return;
  const Panels<T> panels{p.inputs, p.units};
  const auto multiply = [&](Range inputs, const T* weight, std::size_t stride, std::size_t n,
                            std::size_t depth) {
    blas_->gemm({.transpose_a = true,
                 .m = wide(inputs.end - inputs.begin),
                 .n = wide(p.rows),
                 .k = wide(depth),
                 .a = weight,
                 .lda = wide(stride),
                 .b = p.dy + n,
                 .ldb = wide(p.dy_stride),
                 .beta = n > 0 ? T{1} : T{0},
                 .c = p.dx + inputs.begin,
                 .ldc = wide(p.dx_stride)});
  };
  const std::size_t columns = panels.padded_columns();
  if (copies(p.units)) {
    const std::size_t stride = row_stride<T>(columns);
    for (std::size_t k = first; k < last; k += kBlockRows) {
      const Range inputs{k, std::min(last, k + kBlockRows)};
      copy_rows(p.weight, panels, k, inputs.end - k, {0, columns / kLine<T>}, scratch, stride);
      multiply(inputs, scratch, stride, 0, columns);
    }
  } else {
    for (std::size_t n = 0; n < columns; n += kPanel<T>)
      multiply({first, last}, p.weight + panels.at(first, n), panels.width(n), n, panels.width(n));
  }
  for (std::size_t i = 0; last < padded && i < p.rows; ++i)
    std::fill_n(p.dx + i * p.dx_stride + last, padded - last, T{0});
}

template <typename T>
void BlasProducts<T>::make_gradient(const WeightProduct<T>& p, Range inputs, Range lines, T scale,
                                    T beta, T* to, std::size_t stride) const {
  blas_->gemm({.transpose_b = true,
               .m = wide(columns_of<T>(lines)),
               .n = wide(inputs.end - inputs.begin),
               .k = wide(p.input.rows),
               .alpha = scale,
               .a = p.dy + lines.begin * kLine<T>,
               .lda = wide(p.dy_stride),
               .b = p.input.x + inputs.begin,
               .ldb = wide(p.input.stride),
               .beta = beta,
               .c = to,
               .ldc = wide(stride)});
}

template <typename T>
void BlasProducts<T>::sgd(const WeightProduct<T>& p, Range unit_lines) const {
  const Panels<T> panels{p.inputs, p.units};
  each_panel(unit_lines, [&](Range lines) {
    const std::size_t column = lines.begin * kLine<T>;
    make_gradient(p, {0, p.inputs}, lines, -p.rate, 1, p.weight + panels.column_start(column),
                  panels.width(column));
  });
}

template class BlasProducts<float>;
template class BlasProducts<double>;

}  // namespace lithe::kernels
