// Finds loops of Python: over numbers, over rows of a table, and over calls with little to do each.
#pragma once

#include "program/finding_tools.h"
#include "program/line_facts.h"

namespace lithe::program {

// Takes away from `facts` what it has explained.
void loop_findings(ProgramFacts& facts, Findings& findings);

}  // namespace lithe::program
