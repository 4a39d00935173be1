// Denormal numbers are computed in microcode, tens of times slower than others, and do not matter
// for training. During the lifetime of an object of this class, the thread that made it flushes
// them to zero.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace lithe::cpu {

class FlushDenormals {
 public:
  FlushDenormals() : saved_(read()) { write(saved_ | kFlush); }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;
  ~FlushDenormals() { write(saved_); }

 private:
#if defined(__SSE2__)
  using Control = unsigned;
  static constexpr Control kFlush = 0x8040;  // flush results, take operands as zero
  static Control read() { return _mm_getcsr(); }
  static void write(Control value) { _mm_setcsr(value); }
#elif defined(__aarch64__)
  using Control = std::uint64_t;
  static constexpr Control kFlush = std::uint64_t{1} << 24;  // FPCR.FZ: both
  static Control read() {
    Control value;
    asm volatile("mrs %0, fpcr" : "=r"(value));
    return value;
  }
  static void write(Control value) { asm volatile("msr fpcr, %0" : : "r"(value)); }
#else
  using Control = int;
  static constexpr Control kFlush = 0;
  static Control read() { return 0; }
  static void write(Control) {}
#endif

  Control saved_;
};

}  // namespace lithe::cpu
