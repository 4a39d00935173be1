// The entry points of the library: its load, a fork, and the start of a thread.
#include <pthread.h>

#include <cstdint>
#include <cstdlib>

#include "preload/counts.h"
#include "preload/lines.h"
#include "preload/real.h"
#include "preload/timer.h"
#include "program/shared_counters.h"

namespace {

using lithe::preload::start_timer;

void in_child() {
  lithe::preload::begin_process();
  lithe::preload::begin_lines();
  start_timer();
}

// Lets the processor take numbers below the smallest normal one for zero. Threads inherit it.
void flush_denormals() {
#if defined(__x86_64__)
  constexpr unsigned kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;
  __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | kFlushToZero | kDenormalsAreZero);
#elif defined(__aarch64__)
  constexpr std::uint64_t kFlushToZero = std::uint64_t{1} << 24;
  std::uint64_t control = 0;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  asm volatile("msr fpcr, %0" : : "r"(control | kFlushToZero));
#endif
}

__attribute__((constructor)) void loaded() {
  const char* flush = std::getenv(lithe::program::kFlushVariable);
  if (flush != nullptr && flush[0] == '1') flush_denormals();
  if (lithe::preload::counters() == nullptr) return;
  ::pthread_atfork(nullptr, nullptr, in_child);
  start_timer();
}

// The function that the program passed to pthread_create.
struct Work {
  void* (*run)(void*);
  void* argument;
};

void* run_with_timer(void* given) {
  const Work work = *static_cast<Work*>(given);
  std::free(given);
  lithe::preload::begin_thread();
  start_timer();  // runs until the thread ends
  return work.run(work.argument);
}

lithe::preload::Real<int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>
    real_create("pthread_create");

}  // namespace

LITHE_INTERPOSED int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                    void* (*run)(void*), void* argument) {
  const auto create = real_create.get();
  if (!lithe::preload::sampling()) return create(thread, attributes, run, argument);
  auto* work = static_cast<Work*>(std::malloc(sizeof(Work)));
  if (work == nullptr) return create(thread, attributes, run, argument);
  *work = {run, argument};
  const int error = create(thread, attributes, run_with_timer, work);
  if (error != 0) std::free(work);
  return error;
}
