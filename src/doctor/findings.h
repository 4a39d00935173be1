// What is wrong with a machine, from what was measured of it.
#pragma once

#include <string>
#include <vector>

#include "lithe/machine_report.h"

namespace lithe::doctor {

// Those of `present` that none of Lithe's kernels uses.
std::vector<std::string> unused_sets(const std::vector<std::string>& present);

// From everything else in the report; most costly first, those of unknown cost last.
std::vector<Finding> findings(const MachineReport& report);

}  // namespace lithe::doctor
