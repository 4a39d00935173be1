// Instruction sets whose bits must agree.
#pragma once

#include <string>
#include <vector>

#include "cpu/isa.h"

namespace lithe::test {

// Those of this machine with a fused multiply-add, as the others have it.
inline std::vector<std::string> fused_isas() {
  std::vector<std::string> result;
  for (const cpu::Isa isa : cpu::supported_isas())
    if (isa != cpu::Isa::sse4) result.emplace_back(cpu::name(isa));
  return result;
}

}  // namespace lithe::test
