// Convolution as sums of runs. A kernel row meets an image in runs: stretches of values that stand
// one after another in a row of the image, and meet as many rows of the weights. An image is
// [rows][columns][channels], without gaps between columns.
//
// Every output element is one chain of fused multiply-adds, in the order of the weights' rows:
//   y[r][c][n] = bias[n] + sum over kernel rows i, runs j, k
//                of x[top + r * row_step + i * kernel_step][c * x_column + run[j].offset + k] w[i,
//                j, k][n]
// and every element of the weights' gradient one chain in the order of images, rows and columns. A
// kernel row that lies outside the image is left out; within a row an image that is padded has its
// zeros in memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lithe::kernels {

struct Run {
  std::ptrdiff_t offset;  // values, from the place of the output's column
  std::size_t depth;
};

// Where several columns are narrower than a cache line together, they are made together: a unit is
// then a channel of one of them, and the weights are spread out accordingly. Of the last such group
// only `last_units` may exist.
template <typename T>
struct Correlation {
  const T* x;
  std::size_t x_rows, x_row;  // rows of the image, values from one to the next
  std::size_t x_column;       // values between what two neighbouring columns of the output look at
  std::size_t rows, columns;  // of the output
  std::size_t row_step;       // rows of the image between two rows of the output
  std::ptrdiff_t top;         // the row of the image that kernel row 0 meets for output row 0
  std::size_t kernel_step;    // rows of the image between two kernel rows
  std::size_t kernel_rows;
  const Run* run;
  std::size_t runs;
  std::size_t depth;  // of all runs
  const T* weight;    // Panels<T>{kernel_rows * depth, units}
  const T* bias;      // units, padded to a whole line; or null
  T* y;
  std::size_t y_row, y_column;
  std::size_t units, last_units;
};

// What an image adds to the gradient of the weights and of the bias. The correlation's x, sizes and
// strides count; `y` is the place of dy.
template <typename T>
struct KernelGradient {
  Correlation<T> form;
  const T* dy;
  T* weight;   // Panels<T>{kernel_rows * depth, units}
  T* bias;     // units, padded to a whole line; or null
  bool first;  // of a batch: starts from zero
};

// A line of the weights as the way back needs them: where in the image its values go, counted from
// the place of the output's column, and how many of the line there are.
struct SpreadLine {
  std::ptrdiff_t offset;
  std::size_t width;
};

// The way back of a correlation, from dy to the image, to which it is added:
//   x[top + r * row_step + i * kernel_step][c * x_column + ...] += sum over n of dy[r][c][n] w[n]
// Each sum over n is one chain; into the image they go in the order of rows and, within a row,
// first the columns 0, gap, 2 gap, ..., then 1, 1 + gap, ...: these do not meet in the image.
template <typename T>
struct Spread {
  T* x;
  std::size_t x_rows, x_row, x_column;
  std::size_t rows, columns, row_step;
  std::ptrdiff_t top;
  std::size_t kernel_step, kernel_rows;
  std::size_t gap;
  const SpreadLine* line;  // of a kernel row
  std::size_t lines;       // of each kernel row
  const T* weight;         // [kernel_rows * lines][depth][kLine<T>]
  std::size_t depth;       // channels of dy
  const T* dy;
  std::size_t dy_row, dy_column;
};

}  // namespace lithe::kernels
