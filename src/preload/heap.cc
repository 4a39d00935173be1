// Interposes malloc and its relatives: counts, and calls the real functions of the C library or of
// another allocator in the program.
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "preload/collector.h"
#include "preload/counts.h"
#include "preload/real.h"

namespace {

using lithe::preload::count_free;
using lithe::preload::count_map;
using lithe::preload::count_new;
using lithe::preload::count_unmap;

struct RealHeap {
  void* (*malloc)(std::size_t);
  void (*free)(void*);
  void* (*calloc)(std::size_t, std::size_t);
  void* (*realloc)(void*, std::size_t);
  void* (*memalign)(std::size_t, std::size_t);
  int (*posix_memalign)(void**, std::size_t, std::size_t);
  std::size_t (*usable)(void*);
};
RealHeap real;

enum class Stage { begin, looking, ready };
std::atomic<Stage> stage{Stage::begin};

// Memory for allocations during the look-up of the real functions, which happens on a single
// thread. It is never freed.
alignas(64) char early[16 << 10];
std::size_t early_used = 0;

bool is_early(const void* p) { return p >= early && p < early + sizeof(early); }

void* early_memory(std::size_t size, std::size_t alignment) {
  const std::size_t at = (early_used + alignment - 1) / alignment * alignment;
  if (alignment > 64 || at > sizeof(early) || size > sizeof(early) - at) return nullptr;
  early_used = at + size;
  return early + at;
}

template <typename Function>
void look_up(Function& function, const char* name) {
  function = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

std::size_t unknown_size(void* /*unused*/) { return 0; }

bool same_library(const void* a, const void* b) {
  Dl_info one, other;
  return ::dladdr(a, &one) != 0 && ::dladdr(b, &other) != 0 && one.dli_fbase == other.dli_fbase;
}

// False while the look-up itself allocates.
bool ready() {
  if (stage.load(std::memory_order_acquire) == Stage::ready) [[likely]]
    return true;
  if (stage.exchange(Stage::looking) == Stage::looking) return false;
  look_up(real.malloc, "malloc");
  look_up(real.free, "free");
  look_up(real.calloc, "calloc");
  look_up(real.realloc, "realloc");
  look_up(real.memalign, "memalign");
  look_up(real.posix_memalign, "posix_memalign");
  look_up(real.usable, "malloc_usable_size");
  // The C library's function cannot size blocks of another allocator.
  if (!same_library(reinterpret_cast<void*>(real.usable), reinterpret_cast<void*>(real.malloc)))
    real.usable = unknown_size;
  stage.store(Stage::ready, std::memory_order_release);
  return true;
}

void* counted(void* memory, std::size_t asked) {
  if (memory != nullptr) count_new(asked, real.usable(memory));
  lithe::preload::see_allocation();
  return memory;
}

void* aligned(std::size_t alignment, std::size_t size) {
  if (!ready()) return early_memory(size, alignment < 16 ? 16 : alignment);
  return counted(real.memalign(alignment, size), size);
}

std::size_t page() { return static_cast<std::size_t>(::getpagesize()); }

}  // namespace

LITHE_INTERPOSED void* malloc(std::size_t size) {
  if (!ready()) return early_memory(size, 16);
  return counted(real.malloc(size), size);
}

LITHE_INTERPOSED void free(void* memory) {
  if (memory == nullptr || is_early(memory) || !ready()) return;
  count_free(real.usable(memory));
  real.free(memory);
}

LITHE_INTERPOSED void* calloc(std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  if (!ready()) return early_memory(bytes, 16);  // initially zero
  return counted(real.calloc(count, size), bytes);
}

LITHE_INTERPOSED void* realloc(void* memory, std::size_t size) {
  if (memory == nullptr) return malloc(size);
  if (is_early(memory) || !ready()) {
    void* moved = malloc(size);
    const auto left = static_cast<std::size_t>(early + sizeof(early) - static_cast<char*>(memory));
    if (moved != nullptr) std::memmove(moved, memory, size < left ? size : left);
    return moved;
  }
  const std::size_t before = real.usable(memory);
  void* moved = real.realloc(memory, size);
  if (moved == nullptr && size > 0) return nullptr;  // the old block stays valid
  count_free(before);
  return counted(moved, size);
}

LITHE_INTERPOSED void* reallocarray(void* memory, std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  return realloc(memory, bytes);
}

LITHE_INTERPOSED int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
  if (!ready()) {
    *result = early_memory(size, alignment);
    return *result == nullptr ? ENOMEM : 0;
  }
  const int error = real.posix_memalign(result, alignment, size);
  if (error == 0) counted(*result, size);
  return error;
}

LITHE_INTERPOSED void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return aligned(alignment, size);
}

LITHE_INTERPOSED void* memalign(std::size_t alignment, std::size_t size) {
  return aligned(alignment, size);
}

LITHE_INTERPOSED void* valloc(std::size_t size) { return aligned(page(), size); }

LITHE_INTERPOSED void* pvalloc(std::size_t size) {
  return aligned(page(), (size + page() - 1) / page() * page());
}

// The allocator's own calls bypass this function.
LITHE_INTERPOSED void* mmap(void* address, std::size_t bytes, int protection, int flags,
                            int descriptor, off_t offset) {
  const long place = ::syscall(SYS_mmap, address, bytes, protection, flags, descriptor, offset);
  void* memory = reinterpret_cast<void*>(place);  // NOLINT(performance-no-int-to-ptr)
  if (memory != MAP_FAILED && (flags & MAP_ANONYMOUS) != 0) count_map(bytes);
  return memory;
}

LITHE_INTERPOSED void* mmap64(void* address, std::size_t bytes, int protection, int flags,
                              int descriptor, off_t offset) {
  return mmap(address, bytes, protection, flags, descriptor, offset);
}

LITHE_INTERPOSED int munmap(void* address, std::size_t bytes) {
  const int error = static_cast<int>(::syscall(SYS_munmap, address, bytes));
  if (error == 0) count_unmap();
  return error;
}
