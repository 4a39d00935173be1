// Finds programs in Python that write their output in small pieces.
#pragma once

#include "program/finding_tools.h"
#include "program/line_facts.h"

namespace lithe::program {

// Takes away from `facts` what it has explained.
void output_findings(ProgramFacts& facts, Findings& findings);

}  // namespace lithe::program
