// Instruction sets whose bits must agree.
#pragma once

#include <string>
#include <vector>

#include "machine/isa.h"

namespace lithe::test {

// Those of this machine with a fused multiply-add, as the others have it.
inline std::vector<std::string> fused_isas() {
  std::vector<std::string> result;
  for (const machine::Isa isa : machine::supported_isas())
    if (isa != machine::Isa::sse4) result.emplace_back(machine::name(isa));
  return result;
}

}  // namespace lithe::test
