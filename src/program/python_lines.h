// The line of an instruction, from the tables that CPython keeps with its code.
#pragma once

#include <cstdint>
#include <string_view>

namespace lithe::program {

// `minor`: of Python 3. `instruction`: its index, in units of two bytes. Returns 0 where the
// instruction has no line, and for a table that is damaged.
int python_line(int minor, std::string_view table, int first_line, std::uint64_t instruction);

}  // namespace lithe::program
