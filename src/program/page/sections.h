// The sections of the page on a program. Every text that comes from the program or its files goes
// through `text`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lithe/program_report.h"

namespace lithe::program::page {

// Escaped; bytes that are no UTF-8 are replaced.
std::string text(std::string_view raw);
std::string percent(double share);   // "12%", "0.4%"
std::string seconds(double amount);  // "1.23 s"

// The folder that all of the program's own files are in, with its last slash; it is left out of
// their names.
std::string common_folder(const ProgramReport& report);
// "train.py:31" of a path below that folder.
std::string where(const ProgramLine& line, const std::string& folder);

std::string findings_section(const ProgramReport& report);
std::string timeline_section(const ProgramReport& report);
std::string flame_section(const ProgramReport& report);
std::string lines_section(const ProgramReport& report);
std::string facts_section(const ProgramReport& report);

}  // namespace lithe::program::page
