// The part of a machine's identity that its limits depend on, as one line of text.
#pragma once

#include <cstdint>
#include <string>

#include "lithe/machine.h"

namespace lithe::cpu {

// The text that key() hashes. It contains neither the system's version nor the processors that this
// process may use.
std::string fingerprint(const MachineIdentity& machine);

std::uint64_t memory_bytes();  // of the machine; 0: unknown

}  // namespace lithe::cpu
