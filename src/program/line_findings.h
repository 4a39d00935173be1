// Finds what makes a program slow in its own lines: the cause, its cost, and what to write instead.
#pragma once

#include <vector>

#include "lithe/program_report.h"
#include "program/line_facts.h"

namespace lithe::program {

// Takes away from `facts` what it has explained, so that a cost is not counted twice.
std::vector<ProgramFinding> line_findings(ProgramFacts& facts, double processors);

}  // namespace lithe::program
