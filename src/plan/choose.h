// The choice of kernels: for each thing to do an ordered list, most special first, of which the
// first that is not refused is taken. Every refusal says why.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kernels/table.h"
#include "lithe/dataset.h"
#include "plan/blas.h"
#include "plan/stage.h"

namespace lithe::plan {

// Leaving out the columns that are zero in a whole batch costs a pass over its bytes. It pays when
// what is left is less than this share of the columns.
inline constexpr double kIndexBelow = 0.9;

// A BLAS must be faster by this factor to be taken for it: other bits are not worth less.
inline constexpr double kBlasGain = 1.1;

// The share of columns with a value in some row of a batch, averaged over a sample of batches; 1
// where the data are not bytes.
double nonzero_columns(const Features& features, std::size_t batch);

template <typename T>
struct PackChoice {
  void (*kernel)(kernels::Pack<T>&) = nullptr;
  bool indexed = false;
  std::string name;
  std::vector<Refusal> refused;
};

// `whole`: a BLAS was asked for, which takes matrices as they are. `in_pairs`: products take pairs
// of columns, which are left out together.
template <typename T>
PackChoice<T> choose_packing(const kernels::Kernels<T>& kernels, ElementType type,
                             double nonzero_columns, std::size_t batch = 2, bool whole = false,
                             bool in_pairs = false);

struct ProductChoice {
  bool by_blas = false;
  std::vector<Refusal> refused;
};

// Whether a product is the BLAS's (which may be null). `nonzero`: the share of the columns of
// its input that are not zero in the whole batch, 1 where none are left out.
template <typename T>
ProductChoice choose_product(Blas* blas, const ProductShape& shape, double nonzero,
                             const kernels::Kernels<T>& kernels);

// What to print of a product: why others were refused, and the native kernel, which follows from
// how its input was packed.
void describe_product(const ProductChoice& choice, cpu::Isa isa, bool indexed, StageInfo& info);
// The same of a product of values rounded to bfloat16.
template <typename T>
void describe_paired(const kernels::Kernels<T>& kernels, bool indexed, StageInfo& info);

extern template PackChoice<float> choose_packing(const kernels::Kernels<float>&, ElementType,
                                                 double, std::size_t, bool, bool);
extern template PackChoice<double> choose_packing(const kernels::Kernels<double>&, ElementType,
                                                  double, std::size_t, bool, bool);
extern template ProductChoice choose_product(Blas*, const ProductShape&, double,
                                             const kernels::Kernels<float>&);
extern template ProductChoice choose_product(Blas*, const ProductShape&, double,
                                             const kernels::Kernels<double>&);

}  // namespace lithe::plan
