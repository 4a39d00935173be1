// Loops that do a known amount of work as fast as a core can, for measuring what that is.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/isa.h"

namespace lithe::limits {

struct Probes {
  // Multiply-adds that depend on nothing but themselves, in registers. They return the number of
  // floating-point operations done.
  double (*multiply_add_float32)(std::size_t rounds);
  double (*multiply_add_float64)(std::size_t rounds);
  // The same with all values below the normal numbers.
  double (*multiply_add_tiny_float32)(std::size_t rounds);
  double (*multiply_add_tiny_float64)(std::size_t rounds);
  // Reads `bytes`, a multiple of kReadBlock, `rounds` times over, and returns the bytes read.
  double (*read)(const std::uint8_t* data, std::size_t bytes, std::size_t rounds);
};

inline constexpr std::size_t kReadBlock = 4096;

// For an instruction set that this machine has, or for Highway's own choice for cpu::Isa::scalar.
Probes probes(cpu::Isa isa);

}  // namespace lithe::limits
