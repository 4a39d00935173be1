// What is measured of a machine, apart from the measuring.
#pragma once

#include <string>
#include <vector>

#include "lithe/machine.h"
#include "machine/isa.h"

namespace lithe::machine {

// The instruction set whose limits stand for those of `isa` (a name as --isa takes it).
Isa measured_isa(const std::string& isa);

// The levels of memory whose bandwidth is measured and how much of each is read; rates are 0.
std::vector<Bandwidth> read_levels(const MachineIdentity& machine);

}  // namespace lithe::machine
