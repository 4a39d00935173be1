#include "limits/clock_rate.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/text.h"

namespace lithe::limits {

namespace {

// Each exclusive or needs the one before, which takes exactly one cycle on every processor that
// Lithe runs on. Sums will not do: newer processors add small constants while they rename
// registers.
constexpr int kUnrolled = 16;

std::uint64_t chain(std::uint64_t x, std::uint64_t y, int rounds) {
  for (int i = 0; i < rounds; ++i) {
#if defined(__x86_64__)
#define LITHE_STEP asm volatile("xor %1, %0" : "+r"(x) : "r"(y));
#elif defined(__aarch64__)
#define LITHE_STEP asm volatile("eor %0, %0, %1" : "+r"(x) : "r"(y));
#else
#define LITHE_STEP            \
  asm volatile("" : "+r"(x)); \
  x ^= y;
#endif
#define LITHE_FOUR_STEPS LITHE_STEP LITHE_STEP LITHE_STEP LITHE_STEP
    LITHE_FOUR_STEPS LITHE_FOUR_STEPS LITHE_FOUR_STEPS LITHE_FOUR_STEPS
#undef LITHE_FOUR_STEPS
#undef LITHE_STEP
  }
  return x;
}

}  // namespace

double clock_rate(int samples) {
  constexpr int kSteps = 4000;
  double best = 0;
  volatile std::uint64_t keep = 1;
  for (int i = 0; i < samples; ++i) {
    const auto start = std::chrono::steady_clock::now();
    keep = chain(keep, 0x5555555555555555, kSteps);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    best = std::max(best, kUnrolled * kSteps / elapsed.count());
  }
  return best;
}

FrequencyRules frequency_rules(const std::filesystem::path& root) {
  const auto folder = root / "sys/devices/system/cpu/cpu0/cpufreq";
  FrequencyRules rules;
  rules.most = 1e3 * base::to_number(base::read_text(folder / "cpuinfo_max_freq"), 0.0);
  rules.governor = base::trim(base::read_text(folder / "scaling_governor"));
  return rules;
}

}  // namespace lithe::limits
