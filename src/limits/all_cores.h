// Measures the peak of all cores at once.
#pragma once

#include <cstddef>
#include <string>

#include "lithe/machine_report.h"

namespace lithe::limits {

// Measures for about 0.2 s with a thread on each processor that this program may use. `isa` is
// a name as for measure_limits(). Throws Error(machine) if threads are refused.
AllCoresLimits measure_all_cores(const MachineIdentity& machine, const std::string& isa);

// Bytes a second that this number of threads read from memory, summed over them, each on a
// processor and in memory of its own: the best of several rounds. 0 where there is too little
// memory.
double read_memory_in_parallel(const MachineIdentity& machine, const std::string& isa,
                               std::size_t threads);

}  // namespace lithe::limits
