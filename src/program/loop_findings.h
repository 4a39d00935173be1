// Finds loops of Python: over numbers, over rows of a table, and over calls with little to do each.
#pragma once

#include <optional>

#include "program/finding_tools.h"
#include "program/line_facts.h"

namespace lithe::program {

// The innermost loop of the program's lines in which most of the time passes.
std::optional<ProgramLine> loop_line(const ProgramFacts& facts);

// Takes away from `facts` what it has explained.
void loop_findings(ProgramFacts& facts, Findings& findings);

}  // namespace lithe::program
