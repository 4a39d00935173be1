// Causes that nothing but a trial can show.
#pragma once

#include <filesystem>
#include <vector>

#include "lithe/program_report.h"
#include "program/line_facts.h"

namespace lithe::program {

// What is worth a trial for this program, as findings without a factor. `preload`: the library that
// is loaded into programs.
std::vector<ProgramFinding> candidates(const ProgramReport& report, const ProgramFacts& facts,
                                       const std::filesystem::path& preload);

}  // namespace lithe::program
