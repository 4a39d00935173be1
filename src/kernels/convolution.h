// Convolution as sums of runs. A run is a stretch of consecutive values in a row of the image that
// a kernel row covers; it is multiplied by as many rows of the weights. An image is
// [rows][columns][channels], without gaps between columns.
//
// Every output element is one chain of fused multiply-adds, in the order of the weights' rows:
//   y[r][c][n] = bias[n] + sum over kernel rows i, runs j, k
//                of x[top + r * row_step + i * kernel_step][c * x_column + run[j].offset + k] w[i,
//                j, k][n]
// and every element of the weights' gradient one chain in the order of images, rows and columns. A
// kernel row that lies outside the image is left out. Within a row, zero padding is in memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/layout.h"

namespace lithe::kernels {

struct Run {
  std::ptrdiff_t offset;  // values, from the place of the output's column
  std::size_t depth;
};

// Where the channels of several output columns fit into a cache line, these columns are made as
// one: a unit is then a channel of one of them, and the weights are repacked accordingly. The last
// group of columns may have only `last_units` units.
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

// Where a few units and a single channel would leave most of a line empty, a kernel of its own has
// vectors of columns: x_column is 1, there is one run, from place 0 on, no last_units of their own,
// kLeastColumnUnits to kPanel<T> units, and at least half a line of columns.
inline constexpr std::size_t kLeastColumnUnits = 4;

// What an image adds to the gradient of the weights and of the bias. Of `form`, only x, the sizes
// and the strides are used; those of y are dy's.
template <typename T>
struct KernelGradient {
  Correlation<T> form;
  const T* dy;
  T* weight;   // Panels<T>{kernel_rows * depth, units}
  T* bias;     // units, padded to a whole line; or null
  bool first;  // the first image of a batch: the gradients start from zero
};

// Where most of dy is zero, as behind the largest value of a window or a rectifier, a kernel of its
// own makes the gradient of the weights from the other values, one at a time. It takes forms of a
// single run, at most kMostPlaces columns and no last_units of their own, and its weights stand
// unit by unit: value k of kernel row i at (unit * kernel_rows + i) * turned_row<T>(depth) + k. The
// bits are the same: a chain begins with 0, and adding a zero changes none, except that a zero may
// keep another sign, and that 0 times an infinite value of the image is not computed.
template <typename T>
constexpr std::size_t turned_row(std::size_t depth) {
  return round_up(depth, kLine<T>);
}

// Places of the output whose gradients are listed at a time. What is kept of them for a block of
// units takes 14 KiB of the nearest cache.
inline constexpr std::size_t kMostPlaces = 512;

// The kernel rows that lie inside the image for a row of the output.
template <class Form>
constexpr Range kernel_rows_at(const Form& form, std::size_t row) {
  const auto inside = [&](std::size_t i) {
    const std::ptrdiff_t at =
        static_cast<std::ptrdiff_t>(row * form.row_step + i * form.kernel_step) + form.top;
    return at >= 0 && at < static_cast<std::ptrdiff_t>(form.x_rows);
  };
  Range range{0, form.kernel_rows};
  while (range.begin < range.end && !inside(range.begin)) ++range.begin;
  while (range.begin < range.end && !inside(range.end - 1)) --range.end;
  return range;
}

// A line of the weights, repacked for the backward pass: where in the image its products go,
// counted from the place of the output's column, and how many values of the line are in use.
struct Col2imLine {
  std::ptrdiff_t offset;
  std::size_t width;
};

// The input gradient of a correlation, added to the image (col2im):
//   x[top + r * row_step + i * kernel_step][c * x_column + ...] += sum over n of dy[r][c][n] w[n]
// Each sum over n is one chain. They are added to the image in the order of rows and, within a row,
// first the columns 0, gap, 2 gap, ..., then 1, 1 + gap, ...: columns `gap` apart do not overlap in
// the image.
//
// Where most of dy is zero, as behind the largest value of a window or a rectifier, a kernel of its
// own leaves out its zeros, and the sums that have no other terms. The bits are the same: a sum
// begins with 0, and adding a zero changes none, except that a zero may keep another sign, and that
// 0 times an infinite weight is not computed.
template <typename T>
struct Col2im {
  T* x;
  std::size_t x_rows, x_row, x_column;
  std::size_t rows, columns, row_step;
  std::ptrdiff_t top;
  std::size_t kernel_step, kernel_rows;
  std::size_t gap;
  const Col2imLine* line;  // of a kernel row
  std::size_t lines;       // of each kernel row
  // [depth][weight_row]: the lines of channel n of dy, kernel row by kernel row
  const T* weight;
  std::size_t weight_row;
  std::size_t depth;  // channels of dy
  const T* dy;
  std::size_t dy_row, dy_column;
};

}  // namespace lithe::kernels
