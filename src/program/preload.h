// The library that is loaded into a program (src/preload/), and the programs that it cannot be
// loaded into.
#pragma once

#include <filesystem>
#include <string>

namespace lithe::program {

// Beside the program that calls this (../lib/lithe, as installed and as built), or where it was to
// be installed; empty if it is in neither place.
std::filesystem::path find_preload();

// What the system would run for this name: the name itself if it holds a slash, else the first
// executable file of it in PATH; empty if there is none.
std::filesystem::path find_program(const std::string& name);

// Why the library would not be loaded into the program, in a few words; empty if it would be. A
// script is as what runs it.
std::string preload_problem(const std::filesystem::path& program);

// How the dynamic loader is told to load it: its path before whatever is in LD_PRELOAD already.
// Empty for a path that the loader would take for several.
std::string preload_value(const std::filesystem::path& library);

}  // namespace lithe::program
