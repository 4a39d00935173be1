// From what a program did to why it is slow.
#pragma once

#include <map>
#include <string>

#include "lithe/program_report.h"
#include "program/line_facts.h"

namespace lithe::program {

// Measures the BLAS libraries that the program loaded, with the variables that it had, and what its
// products need; then looks for causes.
void find_causes(ProgramFacts facts, const std::map<std::string, std::string>& variables,
                 ProgramReport& report);

}  // namespace lithe::program
