// The lines of a program's source that take its time, in columns as wide as the terminal.
#pragma once

#include <string>
#include <vector>

#include "lithe/program_report.h"

namespace lithe::app {

// The most costly lines, for a report with labels: share, place and text.
std::vector<std::string> costly_lines(const ProgramReport& report, std::size_t most);

// All lines, by file and in their order there, with the parts of their shares.
std::string lines_listing(const ProgramReport& report);

}  // namespace lithe::app
