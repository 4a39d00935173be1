// Loops with a known amount of work that run at the peak of a core.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/isa.h"

namespace lithe::limits {

struct Probes {
  // Independent chains of multiply-adds in registers. They return the number of floating-point
  // operations.
  double (*multiply_add_float32)(std::size_t rounds);
  double (*multiply_add_float64)(std::size_t rounds);
  // The same by vdpbf16ps; null where it is missing.
  double (*multiply_add_bfloat16)(std::size_t rounds);
  // The same with denormal numbers.
  double (*multiply_add_tiny_float32)(std::size_t rounds);
  double (*multiply_add_tiny_float64)(std::size_t rounds);
  // Reads `bytes`, a multiple of kReadBlock, `rounds` times over, and returns the bytes read.
  double (*read)(const std::uint8_t* data, std::size_t bytes, std::size_t rounds);
};

inline constexpr std::size_t kReadBlock = 4096;

// For an instruction set of this machine. For cpu::Isa::scalar, Highway chooses one.
Probes probes(cpu::Isa isa);

}  // namespace lithe::limits
