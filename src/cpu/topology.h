// Sockets, cores and caches, as hwloc finds them.
#pragma once

#include "lithe/machine.h"

namespace lithe::cpu {

// Fills the counts and caches of `machine`. What hwloc cannot tell stays as it was.
void fill_topology(MachineIdentity& machine);

}  // namespace lithe::cpu
