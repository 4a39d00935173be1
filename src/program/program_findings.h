// What makes a program slow, from what was seen of it.
#pragma once

#include <vector>

#include "lithe/machine_report.h"
#include "lithe/program_report.h"

namespace lithe::program {

// From everything else in the report. `around`: the machine's identity, limits and settings, and in
// `blas` the libraries that the program loaded. Most costly first, those of unknown cost last.
std::vector<ProgramFinding> program_findings(const ProgramReport& report,
                                             const MachineReport& around);

}  // namespace lithe::program
