// A BLAS of three functions, built in several ways, good and bad, for the tests of loading one.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#ifndef FAKE_INTEGER
#define FAKE_INTEGER std::int32_t
#endif
#ifndef FAKE_BEFORE
#define FAKE_BEFORE
#endif
#ifndef FAKE_CORE
#define FAKE_CORE "Prescott"
#endif
#ifndef FAKE_AFTER
#define FAKE_AFTER _
#endif
#define FAKE_JOIN(a, b, c) a##b##c
#define FAKE_EXPAND(a, b, c) FAKE_JOIN(a, b, c)
#define FAKE_NAME(name) FAKE_EXPAND(FAKE_BEFORE, name, FAKE_AFTER)

using Integer = FAKE_INTEGER;

namespace {

#ifdef FAKE_WRONG
[[maybe_unused]] constexpr int kError = 1;
#else
[[maybe_unused]] constexpr int kError = 0;
#endif

template <typename T>
[[maybe_unused]] void gemm(char transpose_a, char transpose_b, Integer m, Integer n, Integer k,
                           T alpha, const T* a, Integer lda, const T* b, Integer ldb, T beta, T* c,
                           Integer ldc) {
#ifdef FAKE_DEAF  // to what is transposed
  transpose_a = transpose_b = 'N';
#endif
  // What a real one does with sizes that are out of range.
  if (m < 0 || n < 0 || k < 0) std::abort();
  for (Integer j = 0; j < n; ++j)
    for (Integer i = 0; i < m; ++i) {
      T sum = kError;
      for (Integer l = 0; l < k; ++l)
        sum += (transpose_a == 'T' ? a[l + i * lda] : a[i + l * lda]) *
               (transpose_b == 'T' ? b[j + l * ldb] : b[l + j * ldb]);
      T& to = c[i + j * ldc];
      to = alpha * sum + (beta == 0 ? 0 : beta * to);
    }
}

}  // namespace

extern "C" {

#ifdef FAKE_OPENBLAS
static int threads = 8;
#endif

#ifndef FAKE_NO_FUNCTIONS
void FAKE_NAME(sgemm)(const char* ta, const char* tb, const Integer* m, const Integer* n,
                      const Integer* k, const float* alpha, const float* a, const Integer* lda,
                      const float* b, const Integer* ldb, const float* beta, float* c,
                      const Integer* ldc) {
#ifdef FAKE_SLOW_THREADS
  if (threads > 1) ::usleep(20'000);  // they wait for each other
#endif
  gemm<float>(*ta, *tb, *m, *n, *k, *alpha, a, *lda, b, *ldb, *beta, c, *ldc);
}

Integer FAKE_NAME(isamax)(const Integer* n, const float* x, const Integer* step) {
  Integer best = 0;
  for (Integer i = 0; i < *n; ++i)
    if (best == 0 || x[i * *step] > x[(best - 1) * *step]) best = i + 1;
  return best;
}

#ifndef FAKE_NO_DGEMM
void FAKE_NAME(dgemm)(const char* ta, const char* tb, const Integer* m, const Integer* n,
                      const Integer* k, const double* alpha, const double* a, const Integer* lda,
                      const double* b, const Integer* ldb, const double* beta, double* c,
                      const Integer* ldc) {
  gemm<double>(*ta, *tb, *m, *n, *k, *alpha, a, *lda, b, *ldb, *beta, c, *ldc);
}
#endif
#endif

#ifdef FAKE_OPENBLAS
const char* openblas_get_config() { return "OpenBLAS 0.0.1 FAKE"; }
const char* openblas_get_corename() {
  const char* wanted = std::getenv("OPENBLAS_CORETYPE");
  return wanted == nullptr ? FAKE_CORE : wanted;
}
int openblas_get_num_threads() { return threads; }
void openblas_set_num_threads(int count) { threads = count; }
#endif

}  // extern "C"

#ifdef FAKE_CRASH
namespace {
const int crash = [] {
  std::fputs("fake: no such processor\n", stderr);
  std::abort();
  return 0;
}();
}  // namespace
#endif

#ifdef FAKE_HANG
namespace {
const int hang = [] {
  for (;;) ::pause();
  return 0;
}();
}  // namespace
#endif
