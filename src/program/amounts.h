// Formats amounts for reports.
#pragma once

#include <cstdint>
#include <string>

#include "lithe/program_report.h"

namespace lithe::program {

std::string bytes_text(std::uint64_t bytes);  // "21.3 GiB"
std::string count_text(std::uint64_t count);  // "1,234,567"

// "1.52 times as fast without it (1.4 to 1.6)", "about 1.5 times ...", "cost unknown".
std::string cost_text(const ProgramFinding& finding);
// Whether it is worth more than its name: 1.05 times or more, or of unknown cost.
bool is_worth_words(const ProgramFinding& finding);

}  // namespace lithe::program
