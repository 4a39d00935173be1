// The lines of the report on a program, from the facts about them.
#pragma once

#include <string>
#include <string_view>

#include "lithe/program_report.h"
#include "program/line_facts.h"

namespace lithe::program {

// A line with its text in the source file, which may have changed or be gone: then it is empty.
ProgramLine report_line(const LineFacts& facts);

void report_lines(const ProgramFacts& facts, ProgramReport& report);

// Of a function of JavaScript, of which only the first line is known, the line in it that has this
// text; the first one where none has.
ProgramLine line_that_says(const LineFacts& function, std::string_view text);

// The text of a line without its indentation, at most 200 bytes; empty if there is no such line.
std::string source_line(const std::string& file, int line);

}  // namespace lithe::program
