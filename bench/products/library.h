// Libraries whose products Lithe's are held against, loaded at run time but for LIBXSMM, which
// Debian has as an archive: a library that is not there is named as missing, and nothing needs it
// to build.
#pragma once

#include <functional>
#include <string>
#include <type_traits>

namespace lithe::bench {

// C = alpha op(A) op(B) + beta C, row-major; op(A) is m x k, op(B) is k x n.
template <typename T>
using Gemm = std::function<void(bool transpose_a, bool transpose_b, int m, int n, int k, T alpha,
                                const T* a, int lda, const T* b, int ldb, T beta, T* c, int ldc)>;

// C = A B, or C += A B: row-major, with so many elements from one row to the next. A may lie as
// [depth][rows].
struct ProductShape {
  int rows, columns, depth, from_a, from_b, from_c;
  bool transposed_a, add;
};
template <typename T>
using Product = std::function<void(const T* a, const T* b, T* c)>;

struct Library {
  std::string name;         // "OpenBLAS"
  std::string description;  // which version, with which kernels; or that it is missing
  Gemm<float> single = nullptr;
  Gemm<double> twice = nullptr;
  // Of a library that makes a product for each shape. It throws where it cannot.
  std::function<Product<float>(const ProductShape&)> make_single = nullptr;
  std::function<Product<double>(const ProductShape&)> make_twice = nullptr;

  template <typename T>
  const Gemm<T>& gemm() const {
    if constexpr (std::is_same_v<T, float>) return single;
    if constexpr (std::is_same_v<T, double>) return twice;
  }
  template <typename T>
  const auto& make() const {
    if constexpr (std::is_same_v<T, float>) return make_single;
    if constexpr (std::is_same_v<T, double>) return make_twice;
  }
};

// Both on one thread. `core` is the processor whose kernels OpenBLAS takes: Debian's 0.3.21 does
// not know every processor by itself.
Library load_openblas(const std::string& core);
// Its plain product, dnnl_sgemm, in float32 alone.
Library load_onednn();
// For small products. It has neither A transposed with B, nor a factor before the product.
Library load_libxsmm();

}  // namespace lithe::bench
