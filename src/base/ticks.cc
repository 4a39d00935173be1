#include "base/ticks.h"

#include <algorithm>
#include <chrono>

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

namespace lithe::base {

namespace {

#if defined(__x86_64__)
// Without a fence: an error of about 10 ns matters less here than the cost of a fence.
std::uint64_t counter_now() { return __rdtsc(); }

bool has_invariant_counter() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned kPowerLeaf = 0x80000007, kInvariant = 1u << 8;
  return __get_cpuid(kPowerLeaf, &a, &b, &c, &d) != 0 && (d & kInvariant) != 0;
}
#endif

}  // namespace

std::uint64_t steady_nanoseconds() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

TickClock tick_clock() {
#if defined(__x86_64__)
  static const bool invariant = has_invariant_counter();
  if (invariant) return {counter_now, "time stamp counter"};
#endif
  return {steady_nanoseconds, "steady clock"};
}

TickLength::TickLength(TickClock clock, std::uint64_t (*nanoseconds)())
    : clock_(clock), now_(nanoseconds), ticks_(clock.now()), nanoseconds_(nanoseconds()) {}

double TickLength::seconds() const {
  constexpr std::uint64_t kLeast = 2'000'000;
  std::uint64_t passed = 0;
  while ((passed = now_() - nanoseconds_) < kLeast) {
  }
  const std::uint64_t ticks = std::max<std::uint64_t>(1, clock_.now() - ticks_);
  return static_cast<double>(passed) / 1e9 / static_cast<double>(ticks);
}

double stamp_seconds(TickClock clock) {
  constexpr int kRounds = 20, kReads = 200;
  std::uint64_t least = ~std::uint64_t{0};
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t start = steady_nanoseconds();
    for (int i = 0; i < kReads; ++i) (void)clock.now();
    least = std::min(least, steady_nanoseconds() - start);
  }
  return static_cast<double>(least) / 1e9 / kReads;
}

}  // namespace lithe::base
