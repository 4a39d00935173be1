// Finds lines that wait for memory because the caches do not hold what they compute with.
#pragma once

#include "lithe/machine.h"
#include "program/finding_tools.h"
#include "program/line_facts.h"

namespace lithe::program {

// Takes away from `facts` what it has explained.
void memory_findings(ProgramFacts& facts, const Limits& limits, Findings& findings);

}  // namespace lithe::program
