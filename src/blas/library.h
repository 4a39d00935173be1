// A library of the BLAS interface, loaded by its path and held under our control.
//
//   BlasHandle blas("/usr/lib/x86_64-linux-gnu/libblas.so.3");
//   blas.use_threads(1);
//   blas.gemm({.m = n, .n = n, .k = n, .a = a, .lda = n, .b = b, .ldb = n, .c = c, .ldc = n});
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace lithe::blas {

// What a library says of itself. Empty or 0 where it says nothing.
struct BlasFacts {
  std::string kind;      // "OpenBLAS", "BLIS", "MKL", "ATLAS", "FlexiBLAS", "reference", "BLAS"
  std::string version;   // and how it was built
  std::string core;      // the processor whose kernels it runs, in its own words
  int integer_bits = 0;  // of sizes: 32 (LP64) or 64 (ILP64)
  int threads = 0;       // that it would work with
  std::string interface_name;  // of its single-precision product: "sgemm_", "sgemm_64_"
};

// c = alpha op(a) op(b) + beta c, all column-major: op(a) is m x k, op(b) is k x n, c is m x n.
// What is transposed lies as k x m, or n x k. Columns are lda, ldb, ldc values apart. Where beta is
// 0 nothing of c is read.
template <typename T>
struct Gemm {
  bool transpose_a = false, transpose_b = false;
  std::int64_t m = 0, n = 0, k = 0;
  T alpha = 1;
  const T* a = nullptr;
  std::int64_t lda = 0;
  const T* b = nullptr;
  std::int64_t ldb = 0;
  T beta = 0;
  T* c = nullptr;
  std::int64_t ldc = 0;
};

// Once loaded, a library stays in the process to its end: those with threads of their own are not
// made to leave before.
class BlasHandle {
 public:
  // It has one thread to begin with. Checks the file's headers, loads it apart from everything else
  // in the process, tells the width of its integers, and holds small products in both precisions
  // against known answers. Throws Error(machine) with the reason if the file is no library of this
  // processor, cannot be loaded, lacks functions, or multiplies wrongly. A library that crashes
  // takes the process with it: try one that nobody has tried before in a child (blas_trial.h).
  explicit BlasHandle(const std::filesystem::path& path);

  const BlasFacts& facts() const { return facts_; }

  // True if the library took the number. One that has no threads takes one.
  bool use_threads(int count);

  // From any number of threads at once. Sizes are at least 1.
  void gemm(const Gemm<float>& work) const;
  void gemm(const Gemm<double>& work) const;

 private:
  struct Close {
    void operator()(void* library) const;
  };

  std::unique_ptr<void, Close> library_;
  void* sgemm_ = nullptr;
  void* dgemm_ = nullptr;
  BlasFacts facts_;
};

}  // namespace lithe::blas
