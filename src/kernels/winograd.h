// Convolution with a 3x3 window by Winograd's minimal filtering F(4x4, 3x3) (Winograd, 1980; Lavin
// and Gray, 2016): the output is cut into tiles of 4x4, each made from the 6x6 values that it looks
// at with 36 products for each pair of channels, where the direct sum takes 144.
//
//   V = B' d B     of each channel of the 6x6 values d
//   M = V U        for each of the 36 places a product [tiles][depth] x [depth][units]
//   y = A' M A + bias
//   U = G g G'     of each window g, once for all images
//
// The gradient of the windows is the transpose of these steps: dM = A dy A' of each tile, dU the
// sum of V' dM over tiles and images, dg = G' dU G at the end.
//
// The transforms take the polynomials behind it at 0, a, -a, b, -b and infinity. With a = 3/4 and
// b = 3/2 every entry of A and B is exact in float32, and the error is less than half of that with
// the usual 1 and 2. In one dimension, as fused operations from the inside out:
//   B: r0 = a2 b2 d0 + (d4 - (a2 + b2) d2)    r5 = a2 b2 d1 + (d5 - (a2 + b2) d3)
//      r1, r2 = (d4 - b2 d2) +- a (d3 - b2 d1)    r3, r4 = (d4 - a2 d2) +- b (d3 - a2 d1)
//   A: s = m1 + m2, t = m1 - m2, u = m3 + m4, v = m3 - m4
//      y0 = (m0 + s) + u    y1 = b v + (a t)    y2 = b2 u + (a2 s)    y3 = b3 v + (a3 t + m5)
//   G: r0 = g0 / (a2 b2)    r1, r2 = ((a2 g2 + g0) +- a g1) n(a)    r3, r4 likewise of b    r5 = g2
//      where n(a) = 1 / (2 a2 (a2 - b2)), n(b) = 1 / (2 b2 (b2 - a2))
//   A, back: m0 = y0    m1, m2 = (a2 y2 + y0) +- a (a2 y3 + y1)    m3, m4 likewise of b    m5 = y3
//   G, back: s = n(a) (r1 + r2), t = n(a) (r1 - r2), u = n(b) (r3 + r4), v = n(b) (r3 - r4)
//      g0 = (r0 / (a2 b2) + s) + u    g1 = b v + (a t)    g2 = b2 u + (a2 s + r5)
// first down the columns, then along the rows; each element of M is one chain of fused
// multiply-adds in the order of the channels, each of dU one in the order of images and tiles. The
// gradient of the bias adds up what each tile's values add up to, column by column. So the bits are
// the same on every instruction set with such operations, and with any number of threads, but they
// are not those of the direct sum.
//
// Error, eps = 2^-23 in float32: of normal inputs and weights, that of all outputs is at most 1.5
// eps sqrt(depth + 4) of their norm. From 16 channels on it was measured as 0.6 to 0.9 where that
// of the direct sum was 0.3 to 0.5, or, as it goes back to its input in nine parts, 0.2. That of
// the gradient of windows is at most 2 eps sqrt(tiles + 4), tiles of all images. The error of a
// single output is never more than 120 (depth + 18) eps times the largest input times the sum of
// the window's magnitudes: 15.4 is the most that |A| |G| |B| comes to in one dimension, its square
// in two, and half an eps is lost by each of depth sums and 18 operations of the transforms. One
// input that is not a number makes the whole tile so.
#pragma once

#include <cstddef>

#include "kernels/layout.h"

namespace lithe::kernels {

inline constexpr std::size_t kWinogradOut = 4, kWinogradIn = 6, kWinogradWindow = 3;
inline constexpr std::size_t kWinogradPlaces = kWinogradIn * kWinogradIn;

struct WinogradPoints {
  static constexpr double a = 0.75, b = 1.5, a2 = a * a, b2 = b * b, a3 = a2 * a, b3 = b2 * b;
  static constexpr double n0 = 1 / (a2 * b2), na = 1 / (2 * a2 * (a2 - b2)),
                          nb = 1 / (2 * b2 * (b2 - a2));
};

// Where what is between the transforms stands.
template <typename T>
struct WinogradForm {
  std::size_t depth, units;

  // Tiles that are made at once. V, M and the row of U that is at work should stay in the second
  // cache, and a product should have rows for several register tiles: two of 14 with AVX-512.
  static constexpr std::size_t kTiles = 28;

  // U: a matrix for each place. They are a line further apart than they need to be, as those of V
  // and M are: sizes are mostly even, and odd distances keep the same element of all places from
  // falling into one set of the nearest cache.
  Panels<T> panels() const { return {depth, units}; }
  std::size_t weight_apart() const { return panels().size() + kLine<T>; }
  std::size_t weight_size() const { return kWinogradPlaces * weight_apart(); }

  // V, row by row, M, in panels, and 6x6 pixels of the image with zero padding, one after another.
  Panels<T> output_panels() const { return {kTiles, units}; }
  std::size_t input_row() const { return round_up(depth, kLine<T>); }
  std::size_t input_apart() const { return kTiles * input_row() + kLine<T>; }
  std::size_t output_apart() const { return output_panels().size() + kLine<T>; }
  std::size_t output_start() const { return kWinogradPlaces * input_apart(); }
  std::size_t border_start() const { return output_start() + kWinogradPlaces * output_apart(); }
  std::size_t scratch_size() const { return border_start() + kWinogradPlaces * input_row(); }
};

// One image: y[r][c][n] = bias[n] + sum of x[r + i - top][c + j - left][k] g[i][j][k][n]. What
// lies outside the image is 0.
template <typename T>
struct Winograd {
  const T* x;
  std::size_t x_rows, x_columns, depth;
  std::size_t top, left;
  T* y;
  std::size_t rows, columns, units;
  const T* weight;  // U
  const T* bias;    // units, padded to a whole line; or null
  T* scratch;       // WinogradForm<T>::scratch_size()
};

// What an image adds to dU and to the gradient of the bias. Of `form`, only the sizes, x and
// scratch are used.
template <typename T>
struct WinogradGradient {
  Winograd<T> form;
  const T* dy;
  T* sums;     // dU, as U stands
  T* bias;     // units, padded to a whole line; or null
  bool first;  // the first image of a batch: dU starts from zero
};

template <typename T>
struct WinogradWeights {
  const T* window;  // g: Panels<T>{9 * depth, units}, padding zero
  std::size_t depth, units;
  T* weight;  // U
};

template <typename T>
struct WinogradWindows {
  const T* sums;  // dU
  std::size_t depth, units;
  T* window;  // dg: Panels<T>{9 * depth, units}
};

}  // namespace lithe::kernels
