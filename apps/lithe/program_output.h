// What `lithe doctor -- PROGRAM` prints.
#pragma once

#include <string>

#include "lithe/program_report.h"

namespace lithe::app {

// For people, one screen; for programs, one JSON object with everything.
std::string program_text(const ProgramReport& report);
std::string program_json(const ProgramReport& report);

}  // namespace lithe::app
