// Finds arrays of NumPy that cost time: not contiguous, copied, or in float64.
#pragma once

#include "program/finding_tools.h"
#include "program/line_facts.h"

namespace lithe::program {

// Takes away from `facts` what it has explained.
void array_findings(ProgramFacts& facts, Findings& findings);

}  // namespace lithe::program
