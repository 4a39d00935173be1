// Finds the library to load into a program (src/preload/), and why a program cannot load it.
#pragma once

#include <filesystem>
#include <string>

namespace lithe::program {

// Searches ../lib/lithe relative to this program, as installed and as built, and the installation
// folder. Empty if it is in neither place.
std::filesystem::path find_preload();

// The file that the system would run for this name: the name itself if it contains a slash, or the
// first executable file of that name in PATH. Empty if there is none.
std::filesystem::path find_program(const std::string& name);

// Why the library cannot be loaded into the program; empty if it can. A script is judged by its
// interpreter.
std::string preload_problem(const std::filesystem::path& program);

// The value of LD_PRELOAD that loads the library before those in the present value. Empty for a
// path that the loader would split.
std::string preload_value(const std::filesystem::path& library);

}  // namespace lithe::program
