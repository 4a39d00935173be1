// The parts of measuring limits that do not measure.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "cpu/isa.h"
#include "lithe/machine.h"

namespace lithe::limits {

// The instruction set whose limits are used for `isa`, a name as for --isa.
cpu::Isa measured_isa(const std::string& isa);

// The levels of memory whose bandwidth is measured, with their working sets; the rates are 0.
std::vector<Bandwidth> read_levels(const MachineIdentity& machine);

// The largest of these working sets that takes a quarter of the `room` at most, which is in bytes;
// 0 where none does. The rates of larger ones stay 0, so that they are measured another time.
std::size_t bytes_to_read(const std::vector<Bandwidth>& levels, double room);

// `work` repeats something `times` times and returns the amount of work. Returns the highest amount
// a second over short rounds.
double best_rate(const std::function<double(std::size_t times)>& work);

// The higher of each figure of two measurements. Under load if both were.
Limits best_of(const Limits& one, const Limits& other);

}  // namespace lithe::limits
