// Finds causes that show in what lines call: compilers, decoders, parsers, workers, pandas by rows,
// the garbage collector.
#pragma once

#include "program/finding_tools.h"
#include "program/line_facts.h"

namespace lithe::program {

// Loading modules is no cause: it is taken away from `facts`, as is what was explained.
void call_findings(ProgramFacts& facts, Findings& findings);

// The part of it that is not of Python alone.
void find_calls(ProgramFacts& facts, Findings& findings);

}  // namespace lithe::program
