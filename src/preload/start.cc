// The entry points of the library: its load, and a fork.
#include <pthread.h>

#include <cstdint>
#include <cstdlib>

#include "preload/collector.h"
#include "preload/counts.h"
#include "preload/lines.h"
#include "program/shared_counters.h"

namespace {

void in_child() {
  lithe::preload::begin_process();
  lithe::preload::begin_lines();
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

bool asked_for(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && value[0] == '1';
}

__attribute__((constructor)) void loaded() {
  if (asked_for(lithe::program::kFlushVariable)) flush_denormals();
  if (asked_for(lithe::program::kCollectorVariable)) lithe::preload::turn_off_collector();
  if (lithe::preload::counters() == nullptr) return;
  ::pthread_atfork(nullptr, nullptr, in_child);
}

}  // namespace
