#include "library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <initializer_list>

namespace lithe::bench {

namespace {

template <typename Function>
Function symbol(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

void* open_first(std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
  return nullptr;
}

// cblas_?gemm(order, transpose a, transpose b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
template <typename T>
Gemm<T> cblas(void* library, const char* name) {
  using Function =
      void (*)(int, int, int, int, int, int, T, const T*, int, const T*, int, T, T*, int);
  const auto gemm = symbol<Function>(library, name);
  if (gemm == nullptr) return nullptr;
  return [gemm](bool ta, bool tb, int m, int n, int k, T alpha, const T* a, int lda, const T* b,
                int ldb, T beta, T* c, int ldc) {
    constexpr int kRowMajor = 101, kPlain = 111, kTransposed = 112;
    gemm(kRowMajor, ta ? kTransposed : kPlain, tb ? kTransposed : kPlain, m, n, k, alpha, a, lda, b,
         ldb, beta, c, ldc);
  };
}

// The head of dnnl_version_t, the same in versions 2 and 3.
struct OneDnnVersion {
  int major, minor, patch;
};

}  // namespace

Library load_openblas(const std::string& core) {
  setenv("OPENBLAS_CORETYPE", core.c_str(), 1);
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  void* library = open_first({"libopenblas.so.0"});
  if (library == nullptr) return {"OpenBLAS", "OpenBLAS is missing (libopenblas.so.0)"};
  const auto core_name = symbol<char* (*)()>(library, "openblas_get_corename");
  return {"OpenBLAS",
          fmt::format("OpenBLAS with kernels for {}", core_name != nullptr ? core_name() : "?"),
          cblas<float>(library, "cblas_sgemm"), cblas<double>(library, "cblas_dgemm")};
}

Library load_onednn() {
  setenv("OMP_NUM_THREADS", "1", 1);
  void* library = open_first({"libdnnl.so.3", "libdnnl.so.2"});
  if (library == nullptr)
    return {"oneDNN", "oneDNN is missing (libdnnl.so.3 or .2; Debian's package is libdnnl2)"};
  // dnnl_sgemm(transpose a, transpose b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
  using Size = std::int64_t;
  using Function = int (*)(char, char, Size, Size, Size, float, const float*, Size, const float*,
                           Size, float, float*, Size);
  const auto gemm = symbol<Function>(library, "dnnl_sgemm");
  const auto version = symbol<const OneDnnVersion* (*)()>(library, "dnnl_version");
  if (gemm == nullptr || version == nullptr)
    return {"oneDNN", "oneDNN is there without dnnl_sgemm, and left out"};
  const auto& [major, minor, patch] = *version();
  return {"oneDNN", fmt::format("oneDNN {}.{}.{} (dnnl_sgemm)", major, minor, patch),
          [gemm](bool ta, bool tb, int m, int n, int k, float alpha, const float* a, int lda,
                 const float* b, int ldb, float beta, float* c, int ldc) {
            gemm(ta ? 'T' : 'N', tb ? 'T' : 'N', m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
          }};
}

}  // namespace lithe::bench
