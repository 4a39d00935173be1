// What all cores reach when they work at once.
#pragma once

#include <cstddef>
#include <string>

#include "lithe/machine_report.h"

namespace lithe::limits {

// Measures for about 0.2 s with a thread on each processor that this program may use. `isa` as
// measure_limits() takes it. Throws Error(machine) if threads are refused.
TogetherLimits measure_together(const MachineIdentity& machine, const std::string& isa);

// Bytes a second that so many threads read of memory together, each on a processor of its own and
// in memory of its own, the best of some rounds; 0: there was no memory for it.
double read_memory_together(const MachineIdentity& machine, const std::string& isa,
                            std::size_t threads);

}  // namespace lithe::limits
