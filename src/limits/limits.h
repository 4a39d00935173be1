// What is measured of a machine, apart from the measuring.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "cpu/isa.h"
#include "lithe/machine.h"

namespace lithe::limits {

// The instruction set whose limits stand for those of `isa` (a name as --isa takes it).
cpu::Isa measured_isa(const std::string& isa);

// The levels of memory whose bandwidth is measured and how much of each is read; rates are 0.
std::vector<Bandwidth> read_levels(const MachineIdentity& machine);

// `work` does something so many times and returns how much that was; the result is the most of it
// that was done in a second, in short rounds.
double best_rate(const std::function<double(std::size_t times)>& work);

// The higher of each figure of two measurements of one machine with one instruction set. Under load
// if both were.
Limits best_of(const Limits& one, const Limits& other);

}  // namespace lithe::limits
