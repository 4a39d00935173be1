// Measures how fast a program goes through memory that the processor's caches do not hold.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <vector>

namespace lithe::program {

// The system marks the pages whose addresses the processor has to look up, because its buffers of
// addresses (TLB) no longer have them. A program that stays within the caches uses a few pages over
// and over and looks up almost none; one that goes through large arrays looks up all that it meets.
class MemoryTraffic {
 public:
  // Takes the marks away, waits for a millisecond, and counts those that have come back. Does
  // nothing where the last look was too short ago for what a look costs, or the system (before
  // Linux 4.14) or the rights of the user do not allow it.
  void look(pid_t process, bool later);

  // Bytes a second of each look, of the epochs after the first if these have enough.
  const std::vector<double>& rates() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::vector<double> all_, later_;
  Clock::time_point next_{};
};

}  // namespace lithe::program
