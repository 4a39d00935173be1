// A BLAS library, loaded by its path.
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

// What a library reports about itself. Empty or 0 where it reports nothing.
struct BlasFacts {
  std::string kind;      // "OpenBLAS", "BLIS", "MKL", "ATLAS", "FlexiBLAS", "reference", "BLAS"
  std::string version;   // and how it was built
  std::string core;      // the processor of its kernels, as it reports it
  int integer_bits = 0;  // of sizes: 32 (LP64) or 64 (ILP64)
  int threads = 0;       // that it would use
  std::string interface_name;  // of the single-precision product: "sgemm_", "sgemm_64_"
};

// c = alpha op(a) op(b) + beta c, all column-major: op(a) is m x k, op(b) is k x n, c is m x n.
// A transposed operand is stored as k x m, or n x k. Columns are lda, ldb, ldc values apart. Where
// beta is 0, c is not read.
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

// A loaded library stays in the process until its end, because libraries with threads cannot be
// unloaded safely.
class BlasHandle {
 public:
  // Checks the file's headers, loads it apart from everything else in the process, finds the width
  // of its integers, and checks small products in both precisions. Sets one thread. Throws
  // Error(machine) with the reason if the file is not a library for this processor, cannot be
  // loaded, lacks functions, or computes wrong products. A library that crashes ends this process,
  // so an unknown one should be tried in a child process first (blas/trial.h).
  explicit BlasHandle(const std::filesystem::path& path);

  const BlasFacts& facts() const { return facts_; }

  // Returns whether the library accepted the number. One without threads accepts only 1.
  bool use_threads(int count);

  // May be called from several threads at once. Sizes are at least 1.
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
