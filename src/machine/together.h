// What all cores reach when they work at once.
#pragma once

#include "lithe/machine_report.h"

namespace lithe::machine {

// Measures for about 0.2 s with a thread on each processor that this program may use. `isa` as
// measure_limits() takes it. Throws Error(machine) if threads are refused.
TogetherLimits measure_together(const MachineIdentity& machine, const std::string& isa);

}  // namespace lithe::machine
