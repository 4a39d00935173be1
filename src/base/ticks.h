// The cheapest clock of this machine, for many time stamps: the processor's time stamp counter if
// it is invariant (runs at one rate in every state), otherwise the system's steady clock.
#pragma once

#include <cstdint>

namespace lithe::base {

struct TickClock {
  std::uint64_t (*now)();  // in ticks of unknown length
  const char* name;        // "time stamp counter" or "steady clock"
};

TickClock tick_clock();

// The steady clock in nanoseconds.
std::uint64_t steady_nanoseconds();

// Measures the length of a tick by the steady clock, from the construction to the call of
// seconds().
class TickLength {
 public:
  // `nanoseconds` is the clock to compare with.
  explicit TickLength(TickClock clock, std::uint64_t (*nanoseconds)() = steady_nanoseconds);
  double seconds() const;  // waits until at least 2 ms have passed

 private:
  TickClock clock_;
  std::uint64_t (*now_)();
  std::uint64_t ticks_, nanoseconds_;
};

// The cost of reading the clock in seconds: the minimum of some measurements.
double stamp_seconds(TickClock clock);

}  // namespace lithe::base
