// Pooling of an image [rows][columns][channels]: the largest value or the mean of each channel in
// each window. Values outside the image do not count.
//
// The gradient of a maximum goes to the first value that equals it, in the order of rows and
// columns. A value in several windows adds up their gradients in the order of the windows.
#pragma once

#include <cstddef>

namespace lithe::kernels {

struct PoolShape {
  std::size_t in_rows, in_columns, channels;
  std::size_t out_rows, out_columns;
  std::size_t window_rows, window_columns, step_rows, step_columns;
  std::size_t top, left;  // padding before the first row and column

  // The part inside the image of the window that begins `step * at - before`.
  struct Span {
    std::size_t begin, end;
  };
  static constexpr Span inside(std::size_t at, std::size_t step, std::size_t window,
                               std::size_t before, std::size_t size) {
    const std::size_t first = at * step, last = first + window;
    return {first > before ? first - before : 0, last - before < size ? last - before : size};
  }
  constexpr Span rows_of(std::size_t row) const {
    return inside(row, step_rows, window_rows, top, in_rows);
  }
  constexpr Span columns_of(std::size_t column) const {
    return inside(column, step_columns, window_columns, left, in_columns);
  }
  constexpr std::size_t inputs() const { return in_rows * in_columns * channels; }
};

}  // namespace lithe::kernels
