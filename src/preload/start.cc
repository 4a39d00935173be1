// The entry points of the library: its load, and a fork.
#include <pthread.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

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

bool has_value(const char* variable, const char* wanted) {
  const char* value = std::getenv(variable);
  return value != nullptr && std::strcmp(value, wanted) == 0;
}

__attribute__((constructor)) void loaded() {
  if (has_value(lithe::program::kFlushVariable, "1")) flush_denormals();
  using lithe::preload::Collector;
  namespace program = lithe::program;
  if (has_value(program::kCollectorVariable, program::kWithoutCollector))
    lithe::preload::turn_off(Collector::whole);
  else if (has_value(program::kCollectorVariable, program::kWithoutCalls))
    lithe::preload::turn_off(Collector::calls);
  if (lithe::preload::counters() == nullptr) return;
  ::pthread_atfork(nullptr, nullptr, in_child);
}

}  // namespace
