// Finds what makes a program slow from its report.
#pragma once

#include <vector>

#include "lithe/machine_report.h"
#include "lithe/program_report.h"
#include "program/line_facts.h"

namespace lithe::program {

// Uses everything else in the report, and the facts about its lines. `around` has the machine's
// identity, limits and settings, and in `blas` the libraries that the program loaded. The most
// costly finding comes first, those of unknown cost last.
std::vector<ProgramFinding> program_findings(const ProgramReport& report, ProgramFacts facts,
                                             const MachineReport& around);

}  // namespace lithe::program
