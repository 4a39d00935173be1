// Finds what a program waits for.
#pragma once

#include "program/finding_tools.h"
#include "program/line_facts.h"

namespace lithe::program {

// Take away from `facts` what they have explained.
void wait_findings(ProgramFacts& facts, Findings& findings);

// Threads of Python compute one at a time.
void find_interpreter_lock(ProgramFacts& facts, double processors, Findings& findings);

}  // namespace lithe::program
