// Interposes the products of the BLAS's C interface: counts the operations, and calls the library
// that the caller would have called.
//
// The names are those of Debian and conda ("cblas_sgemm"), with integers of 64 bits
// ("cblas_sgemm64_"), and of NumPy's and SciPy's wheels ("scipy_cblas_sgemm64_").
#include <dlfcn.h>
#include <link.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

#include "preload/counts.h"
#include "preload/real.h"

namespace {

using lithe::preload::count_product;

// The function of this name in one library that is loaded, or in what that one needs.
void* in_library(const char* path, const char* name) {
  void* library = ::dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  if (library == nullptr) return nullptr;
  void* address = ::dlsym(library, name);
  ::dlclose(library);  // it stays loaded, for others use it
  return address;
}

struct Search {
  const char* name;
  const void* own;
  void* found;
};

int look_into(dl_phdr_info* info, std::size_t /*size*/, void* given) {
  auto* search = static_cast<Search*>(given);
  if (info->dlpi_name == nullptr || info->dlpi_name[0] == '\0') return 0;
  void* address = in_library(info->dlpi_name, search->name);
  if (address != nullptr && address != search->own) search->found = address;
  return search->found != nullptr ? 1 : 0;
}

// The real function: the next one in the loader's order, that of the library which called, or any.
void* real_function(const char* name, const void* own, const void* caller) {
  if (void* next = ::dlsym(RTLD_NEXT, name)) return next;
  Dl_info of_caller;
  if (::dladdr(caller, &of_caller) != 0 && of_caller.dli_fname != nullptr) {
    void* address = in_library(of_caller.dli_fname, name);
    if (address != nullptr && address != own) return address;
  }
  Search search{name, own, nullptr};
  ::dl_iterate_phdr(look_into, &search);
  if (search.found == nullptr) std::abort();  // nobody could have called it
  return search.found;
}

template <typename Function>
Function resolve(std::atomic<void*>& known, const char* name, Function own, const void* caller) {
  void* address = known.load(std::memory_order_relaxed);
  if (address == nullptr) {
    address = real_function(name, reinterpret_cast<void*>(own), caller);
    known.store(address, std::memory_order_relaxed);
  }
  return reinterpret_cast<Function>(address);
}

template <typename Number>
constexpr bool kDouble = sizeof(Number) == sizeof(double);

double product(double a, double b, double c) { return 2 * a * b * c; }

}  // namespace

// NOLINTBEGIN(bugprone-macro-parentheses): types and names
#define LITHE_REAL(name)                    \
  static std::atomic<void*> known{nullptr}; \
  const auto real = resolve(known, #name, &name, __builtin_return_address(0))

#define LITHE_GEMM(name, Number, Integer)                                                          \
  LITHE_INTERPOSED void name(int order, int transpose_a, int transpose_b, Integer m, Integer n,    \
                             Integer k, Number alpha, const Number* a, Integer lda,                \
                             const Number* b, Integer ldb, Number beta, Number* c, Integer ldc) {  \
    LITHE_REAL(name);                                                                              \
    count_product(product(static_cast<double>(m), static_cast<double>(n), static_cast<double>(k)), \
                  kDouble<Number>);                                                                \
    real(order, transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);           \
  }

#define LITHE_GEMV(name, Number, Integer)                                                       \
  LITHE_INTERPOSED void name(int order, int transpose, Integer m, Integer n, Number alpha,      \
                             const Number* a, Integer lda, const Number* x, Integer stride_x,   \
                             Number beta, Number* y, Integer stride_y) {                        \
    LITHE_REAL(name);                                                                           \
    count_product(product(static_cast<double>(m), static_cast<double>(n), 1), kDouble<Number>); \
    real(order, transpose, m, n, alpha, a, lda, x, stride_x, beta, y, stride_y);                \
  }

#define LITHE_SYRK(name, Number, Integer)                                                        \
  LITHE_INTERPOSED void name(int order, int triangle, int transpose, Integer n, Integer k,       \
                             Number alpha, const Number* a, Integer lda, Number beta, Number* c, \
                             Integer ldc) {                                                      \
    LITHE_REAL(name);                                                                            \
    count_product(                                                                               \
        product(static_cast<double>(n), static_cast<double>(n), static_cast<double>(k)) / 2,     \
        kDouble<Number>);                                                                        \
    real(order, triangle, transpose, n, k, alpha, a, lda, beta, c, ldc);                         \
  }

#define LITHE_PRODUCTS(prefix, suffix, Integer)            \
  LITHE_GEMM(prefix##cblas_sgemm##suffix, float, Integer)  \
  LITHE_GEMM(prefix##cblas_dgemm##suffix, double, Integer) \
  LITHE_GEMV(prefix##cblas_sgemv##suffix, float, Integer)  \
  LITHE_GEMV(prefix##cblas_dgemv##suffix, double, Integer) \
  LITHE_SYRK(prefix##cblas_ssyrk##suffix, float, Integer)  \
  LITHE_SYRK(prefix##cblas_dsyrk##suffix, double, Integer)

LITHE_PRODUCTS(, , std::int32_t)
LITHE_PRODUCTS(, 64_, std::int64_t)
LITHE_PRODUCTS(scipy_, , std::int32_t)
LITHE_PRODUCTS(scipy_, 64_, std::int64_t)
// NOLINTEND(bugprone-macro-parentheses)
