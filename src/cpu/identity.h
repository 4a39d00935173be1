// The part of a machine's identity that its limits depend on, as one line of text.
#pragma once

#include <cstdint>
#include <string>

#include "lithe/machine.h"

namespace lithe::cpu {

// What key() is the hash of. Neither the system's version nor what this process may use is in it.
std::string fingerprint(const MachineIdentity& machine);

std::uint64_t memory_bytes();  // that the machine has; 0: unknown

}  // namespace lithe::cpu
