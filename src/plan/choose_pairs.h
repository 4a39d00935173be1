// Whether products of bfloat16 values would pay, which --explain says of those in float32.
#pragma once

#include "kernels/table.h"
#include "plan/blas.h"
#include "plan/stage.h"

namespace lithe::plan {

// The share of a product's time in float32 that it would take with both factors rounded to bfloat16
// by vdpbf16ps, rounding included, counted in operations.
double paired_share(const ProductShape& shape);

// Why a product in float32 is not one of bfloat16 values.
template <typename T>
Refusal against_pairs(const kernels::Kernels<T>& kernels, const ProductShape& shape);

extern template Refusal against_pairs(const kernels::Kernels<float>&, const ProductShape&);
extern template Refusal against_pairs(const kernels::Kernels<double>&, const ProductShape&);

}  // namespace lithe::plan
