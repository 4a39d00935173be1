// Products of bfloat16 values, summed in float32: the three products of product.h with both factors
// rounded.
//
// A bfloat16 value is the upper half of a float32. Values are rounded to nearest, ties to even; NaN
// stays NaN. Two values that follow one another in the order of the reduction are a pair: 32 bits,
// the first value in the lower half, kept in a float. Where the number of values is odd, the last
// pair's second value is 0. A step of the reduction adds the two products of a pair as AVX-512's
// vdpbf16ps does, which is the definition:
//   sum = a.second * b.second + sum, then sum = a.first * b.first + sum
// where each is a fused multiply-add, rounded to nearest even, that takes denormal numbers for zero
// and flushes its result to zero if it is one. Every output element is one chain of such steps, so
// the bits are the same for every instruction set with fused multiply-add, every tile and every
// number of threads. Where the instruction is missing, fused multiply-adds do the same on a thread
// that flushes denormal numbers (cpu/denormals.h), as those of a plan do. (Without fused
// multiply-adds too, unless a product is too large or too small for float32: products of bfloat16
// values are exact in it.)
//
// The tiles of AMX (tdpbf16ps) cannot take part: they add the first products of all pairs of a row
// and the second ones to two sums of their own, and these to each other at the end.
#pragma once

#include <cstddef>

#include "kernels/layout.h"
#include "kernels/product.h"

namespace lithe::kernels {

// Pairs of `values` values.
constexpr std::size_t pairs_of(std::size_t values) { return divide_up(values, 2); }

// Inputs whose weights are rounded at a time for the input gradient: eight tiles of 14 with
// AVX-512, and of 1024 units 224 KiB, which stay in the second cache while all examples use them.
inline constexpr std::size_t kPairedInputs = 112;

// Values of scratch that a thread needs for the forward product and the input gradient.
template <typename T>
constexpr std::size_t paired_forward_scratch(std::size_t inputs) {
  return pairs_of(inputs) * kPanel<T>;
}
template <typename T>
constexpr std::size_t paired_gradient_scratch(std::size_t units) {
  return Panels<T>{kPairedInputs, pairs_of(units)}.size();
}

template <typename T>
struct PairedKernels {
  // p.input.x has pairs of columns (pair_columns), p.input.depth counts columns.
  void (*forward)(const ForwardProduct<T>& p, Range unit_lines, T* scratch);
  // p.transposed is Panels<T>{pairs_of(units), rows}, pairs of units.
  void (*input_gradient)(const InputGradientProduct<T>& p, Range input_lines, T* scratch);
  // input.x and dy have pairs of rows (pair_rows), and input.rows counts pairs. The bias is not
  // looked at.
  void (*sgd)(const WeightProduct<T>&, Range unit_lines);
  void (*sgd_indexed)(const WeightProduct<T>&, Range unit_lines);
  void (*gradient)(const GradientProduct<T>&, Range unit_lines);
  void (*gradient_indexed)(const GradientProduct<T>&, Range unit_lines);
  bool native;  // by vdpbf16ps
};

}  // namespace lithe::kernels
