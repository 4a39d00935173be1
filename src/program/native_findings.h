// Finds what makes a compiled program slow in its own lines.
#pragma once

#include "program/finding_tools.h"
#include "program/line_facts.h"

namespace lithe::program {

// Takes away from `facts` what it has explained.
void native_findings(ProgramFacts& facts, Findings& findings);

}  // namespace lithe::program
