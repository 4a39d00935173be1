// The commands of the program, once: `lithe` runs them, the usage, the completions and the manual
// page list them.
#pragma once

#include <string>
#include <vector>

#include "command.h"
#include "options.h"

namespace lithe::app {

struct Command {
  std::string name, help;
  int (*run)(const Arguments&);
  bool is_declared = true;  // here; the benchmarks are a Python program with options of its own
};

const std::vector<Command>& commands();

// The options of every command, of one with subcommands also those of each.
std::vector<Options> all_declarations();

}  // namespace lithe::app
