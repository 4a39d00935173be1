// What `lithe doctor -- PROGRAM` prints.
#pragma once

#include <string>

#include "lithe/program_report.h"

namespace lithe::app {

// For people, one screen, or with `all_lines` also all lines of the program's source that take its
// time; for programs, one JSON object with everything.
std::string program_text(const ProgramReport& report, bool all_lines);
std::string program_json(const ProgramReport& report);

}  // namespace lithe::app
