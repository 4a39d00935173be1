#include "library.h"

#ifdef LITHE_BENCH_LIBXSMM
#include <libxsmm.h>

#include <stdexcept>
#endif

namespace lithe::bench {

#ifdef LITHE_BENCH_LIBXSMM

namespace {

// LIBXSMM counts columns first, so that its first matrix is B.
template <typename T>
Product<T> make(const ProductShape& s) {
  const int flags = s.transposed_a ? LIBXSMM_GEMM_FLAG_TRANS_B : LIBXSMM_GEMM_FLAG_NONE;
  const libxsmm_mmfunction<T> kernel(flags, s.columns, s.rows, s.depth, s.from_b, s.from_a,
                                     s.from_c, T{1}, s.add ? T{1} : T{0});
  if (!kernel) throw std::runtime_error("LIBXSMM does not make such a product on this processor");
  return [kernel](const T* a, const T* b, T* c) { kernel(b, a, c); };
}

}  // namespace

Library load_libxsmm() {
  libxsmm_init();
  Library library{"LIBXSMM", std::string("LIBXSMM ") + LIBXSMM_VERSION + ", products for " +
                                 libxsmm_get_target_arch()};
  library.make_single = make<float>;
  library.make_twice = make<double>;
  return library;
}

#else

Library load_libxsmm() {
  return {"LIBXSMM", "LIBXSMM is missing (Debian's package is libxsmm-dev; then build again)"};
}

#endif

}  // namespace lithe::bench
