// The instruction sets that tests loop over. A test fails where there are none, instead of passing
// without a check.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cpu/isa.h"

namespace lithe::test {

// Those of this machine; scalar is not among them.
inline const std::vector<cpu::Isa>& isas() {
  EXPECT_FALSE(cpu::supported_isas().empty()) << "no instruction set to test";
  return cpu::supported_isas();
}

// Those of this machine with fused multiply-add, whose bits must agree.
inline std::vector<cpu::Isa> fused() {
  std::vector<cpu::Isa> result;
  for (const cpu::Isa isa : cpu::supported_isas())
    if (isa != cpu::Isa::sse4) result.push_back(isa);
  EXPECT_FALSE(result.empty()) << "no instruction set with fused multiply-add to test";
  return result;
}

// Their names, as options take them.
inline std::vector<std::string> fused_isas() {
  std::vector<std::string> result;
  for (const cpu::Isa isa : fused()) result.emplace_back(cpu::name(isa));
  return result;
}

}  // namespace lithe::test
