// The cheapest clock of this machine, for many time stamps: the processor's counter where it runs
// at one speed in every state (an invariant TSC), the system's steady clock else.
#pragma once

#include <cstdint>

namespace lithe::base {

struct TickClock {
  std::uint64_t (*now)();  // in ticks of unknown length
  const char* name;        // "time stamp counter" or "steady clock"
};

TickClock tick_clock();

// How long a tick lasts, by the steady clock: from when this was made to when it is asked.
class TickLength {
 public:
  explicit TickLength(TickClock clock);
  double seconds() const;  // asked too early it waits until 2 ms have passed

 private:
  TickClock clock_;
  std::uint64_t ticks_, nanoseconds_;
};

// What reading the clock costs, in seconds: the least of some measurements.
double stamp_seconds(TickClock clock);

}  // namespace lithe::base
