// The clock of the performance events and of the shared counters.
#pragma once

#include <time.h>

#include <cstdint>

namespace lithe::program {

// Nanoseconds of CLOCK_MONOTONIC.
inline std::uint64_t clock_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace lithe::program
