#include "allocations.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <iterator>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define LITHE_COUNTS 1
#include <execinfo.h>
#else
#define LITHE_COUNTS 0
#endif

namespace {

[[maybe_unused]] std::atomic<std::uint64_t> calls{0};
[[maybe_unused]] std::atomic<bool> watching{false};

#if LITHE_COUNTS
struct Site {
  void* frames[12];
  int count;
};
constexpr unsigned kSites = 8;
Site sites[kSites];
std::atomic<unsigned> sites_kept{0};
thread_local bool looking = false;  // the search for a stack may allocate itself

__attribute__((noinline)) void count_call() {
  calls.fetch_add(1, std::memory_order_relaxed);
  if (!watching.load(std::memory_order_relaxed) || looking) return;
  const unsigned at = sites_kept.fetch_add(1, std::memory_order_relaxed);
  if (at >= kSites) return;
  looking = true;
  sites[at].count = backtrace(sites[at].frames, static_cast<int>(std::size(sites[at].frames)));
  looking = false;
}
#endif

}  // namespace

namespace lithe::app {

void watch_heap(bool on) {
#if LITHE_COUNTS
  void* frame = nullptr;
  if (on) backtrace(&frame, 1);  // the first call loads a library
#endif
  watching.store(on);
}

std::vector<std::string> heap_sites() {
  std::vector<std::string> result;
#if LITHE_COUNTS
  const unsigned kept = std::min(kSites, sites_kept.load());
  for (unsigned i = 0; i < kept; ++i) {
    char** names = backtrace_symbols(sites[i].frames, sites[i].count);
    if (names == nullptr) continue;
    std::string stack;
    // The first two are count_call and the function that stands in for the C library's.
    for (int k = 2; k < sites[i].count; ++k) {
      std::string name = names[k];
      name = name.substr(name.rfind('/') + 1);
      stack += (stack.empty() ? "" : " < ") + name.substr(0, name.find(" ["));
    }
    result.push_back(std::move(stack));
    std::free(names);
  }
#endif
  return result;
}

std::optional<std::uint64_t> heap_calls() {
  if (!LITHE_COUNTS) return std::nullopt;
  return calls.load(std::memory_order_relaxed);
}

}  // namespace lithe::app

#if LITHE_COUNTS
// glibc keeps its own functions reachable under these names for programs that replace malloc.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

__attribute__((visibility("default"))) void* malloc(std::size_t size) {
  count_call();
  return __libc_malloc(size);
}
__attribute__((visibility("default"))) void* calloc(std::size_t count, std::size_t size) {
  count_call();
  return __libc_calloc(count, size);
}
__attribute__((visibility("default"))) void* realloc(void* pointer, std::size_t size) {
  count_call();
  return __libc_realloc(pointer, size);
}
__attribute__((visibility("default"))) void* aligned_alloc(std::size_t alignment,
                                                           std::size_t size) {
  count_call();
  return __libc_memalign(alignment, size);
}
__attribute__((visibility("default"))) void* memalign(std::size_t alignment, std::size_t size) {
  count_call();
  return __libc_memalign(alignment, size);
}
__attribute__((visibility("default"))) int posix_memalign(void** result, std::size_t alignment,
                                                          std::size_t size) {
  count_call();
  *result = __libc_memalign(alignment, size);
  return *result == nullptr ? ENOMEM : 0;
}
__attribute__((visibility("default"))) void free(void* pointer) { __libc_free(pointer); }
}
#endif
