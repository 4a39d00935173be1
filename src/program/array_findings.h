// Finds arrays of NumPy that cost time: of types that processors do not compute with, grown piece
// by piece, not contiguous, copied, or in float64.
#pragma once

#include "program/finding_tools.h"
#include "program/line_facts.h"

namespace lithe::program {

// Each takes away from `facts` what it has explained.
void slow_type_findings(ProgramFacts& facts, Findings& findings);
void array_findings(ProgramFacts& facts, Findings& findings);

}  // namespace lithe::program
