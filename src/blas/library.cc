#include "blas/library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>
#include <vector>

#include "blas/elf.h"
#include "blas/facts.h"
#include "blas/search.h"
#include "lithe/error.h"

namespace lithe::blas {

namespace {

// Sizes are passed as addresses of 64-bit integers. A library with 32-bit integers reads the lower
// half, which comes first.
static_assert(std::endian::native == std::endian::little);

template <typename T>
using Function = void (*)(const char* transpose_a, const char* transpose_b, const std::int64_t* m,
                          const std::int64_t* n, const std::int64_t* k, const T* alpha, const T* a,
                          const std::int64_t* lda, const T* b, const std::int64_t* ldb,
                          const T* beta, T* c, const std::int64_t* ldc, std::size_t, std::size_t);

template <typename T>
void call_gemm(void* address, const Gemm<T>& g) {
  const char *a = g.transpose_a ? "T" : "N", *b = g.transpose_b ? "T" : "N";
  // The last two are the lengths of the texts, which Fortran's compilers pass.
  reinterpret_cast<Function<T>>(address)(a, b, &g.m, &g.n, &g.k, &g.alpha, g.a, &g.lda, g.b, &g.ldb,
                                         &g.beta, g.c, &g.ldc, 1, 1);
}

// Spellings of the names: those of Fortran, with prefixes and suffixes of some builds.
constexpr std::array<std::pair<const char*, const char*>, 6> kSpellings = {
    {{"", "_"}, {"", "_64_"}, {"", "64_"}, {"scipy_", "_"}, {"scipy_", "_64_"}, {"scipy_", "64_"}}};

struct Interface {
  void *sgemm = nullptr, *dgemm = nullptr, *isamax = nullptr;
  std::string name, lacking;
};

Interface find_interface(void* library) {
  Interface found;
  for (const auto& [before, after] : kSpellings) {
    const auto spelt = [&](const char* name) { return std::string(before) + name + after; };
    found.sgemm = function(library, spelt("sgemm"));
    if (found.sgemm == nullptr) continue;
    found.name = spelt("sgemm");
    found.dgemm = function(library, spelt("dgemm"));
    found.isamax = function(library, spelt("isamax"));
    if (found.dgemm == nullptr) found.lacking = spelt("dgemm");
    if (found.isamax == nullptr) found.lacking = spelt("isamax");
    return found;
  }
  found.lacking = function(library, "cblas_sgemm") != nullptr
                      ? "sgemm_ (it has the C interface alone)"
                      : "sgemm_";
  return found;
}

// Finds the width of integers by isamax of three numbers, with a count that is negative in 64 bits
// and 3 in its lower 32 bits. A library with 64-bit integers returns 0, one with 32-bit integers 2.
// Unlike a product, this is harmless in both cases.
int integer_bits(void* isamax) {
  const std::array<float, 3> x = {1, 5, 2};
  const std::int64_t count = (std::int64_t{-1} << 32) | 3, step = 1;
  const auto ask =
      reinterpret_cast<int (*)(const std::int64_t*, const float*, const std::int64_t*)>(isamax);
  const int place = ask(&count, x.data(), &step);
  return place == 2 ? 32 : place == 0 ? 64 : 0;
}

// Sums of small integers are exact, so the order of the sum does not matter. The size reaches the
// kernels and their edge cases, and the leading dimensions exceed the rows.
template <typename T>
bool multiplies_right(void* gemm, bool transpose_a, bool transpose_b) {
  constexpr std::int64_t kM = 37, kN = 29, kK = 41, kGap = 3;
  const std::int64_t a_rows = transpose_a ? kK : kM, b_rows = transpose_b ? kN : kK;
  std::vector<T> a((a_rows + kGap) * (transpose_a ? kM : kK)),
      b((b_rows + kGap) * (transpose_b ? kK : kN)), c((kM + kGap) * kN);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<T>(i * 7 % 11) - 5;
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<T>(i * 5 % 13) - 6;
  for (std::size_t i = 0; i < c.size(); ++i) c[i] = static_cast<T>(i % 5);
  const std::vector<T> before = c;
  const auto at = [](const std::vector<T>& x, std::int64_t row, std::int64_t column,
                     std::int64_t stride) {
    return x[static_cast<std::size_t>(row + column * stride)];
  };
  call_gemm<T>(gemm, {transpose_a, transpose_b, kM, kN, kK, -2, a.data(), a_rows + kGap, b.data(),
                      b_rows + kGap, 3, c.data(), kM + kGap});
  for (std::int64_t column = 0; column < kN; ++column)
    for (std::int64_t row = 0; row < kM + kGap; ++row) {
      T expected = at(before, row, column, kM + kGap);
      if (row < kM) {
        T sum = 0;
        for (std::int64_t k = 0; k < kK; ++k)
          sum += (transpose_a ? at(a, k, row, kK + kGap) : at(a, row, k, kM + kGap)) *
                 (transpose_b ? at(b, column, k, kN + kGap) : at(b, k, column, kK + kGap));
        expected = 3 * expected - 2 * sum;
      }
      if (at(c, row, column, kM + kGap) != expected) return false;
    }
  return true;
}

template <typename T>
bool multiplies_right(void* gemm) {
  for (const bool transpose_a : {false, true})
    for (const bool transpose_b : {false, true})
      if (!multiplies_right<T>(gemm, transpose_a, transpose_b)) return false;
  return true;
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& problem) {
  throw Error(ErrorKind::machine, problem, path.string(),
              "name another library; `lithe info` lists those that serve");
}

}  // namespace

void BlasHandle::Close::operator()(void* library) const { ::dlclose(library); }

BlasHandle::BlasHandle(const std::filesystem::path& path) {
  if (const std::string problem = library_problem(path); !problem.empty()) refuse(path, problem);
  // The loader searches other folders for a path without a slash.
  library_.reset(
      ::dlopen(std::filesystem::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE));
  if (library_ == nullptr) {
    const char* words = ::dlerror();
    refuse(path, fmt::format("cannot be loaded: {}", words == nullptr ? "no reason given" : words));
  }
  const Interface found = find_interface(library_.get());
  if (!found.lacking.empty()) refuse(path, "lacks the function " + found.lacking);
  sgemm_ = found.sgemm;
  dgemm_ = found.dgemm;
  facts_.interface_name = found.name;
  ask_facts(library_.get(), std::string(blas_kind(path.filename().string())), facts_);
  // With other programs on the processors, threads that wait for each other may take seconds for
  // the small products below.
  set_threads(library_.get(), 1);
  facts_.integer_bits = integer_bits(found.isamax);
  if (facts_.integer_bits == 0)
    refuse(path, "takes its integers neither as 32 nor as 64 bits (isamax answers wrongly)");
  if (!multiplies_right<float>(sgemm_)) refuse(path, "multiplies wrongly in float32");
  if (!multiplies_right<double>(dgemm_)) refuse(path, "multiplies wrongly in float64");
}

bool BlasHandle::use_threads(int count) { return set_threads(library_.get(), count); }

void BlasHandle::gemm(const Gemm<float>& work) const { call_gemm<float>(sgemm_, work); }

void BlasHandle::gemm(const Gemm<double>& work) const { call_gemm<double>(dgemm_, work); }

}  // namespace lithe::blas
