// Finds causes in programs that a runtime compiles while they run: of Java.
#pragma once

#include "program/finding_tools.h"
#include "program/line_facts.h"

namespace lithe::program {

// Takes away from `facts` what it has explained.
void managed_findings(ProgramFacts& facts, Findings& findings);

}  // namespace lithe::program
