// Parsing of a command's arguments, the same way for every command.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.h"
#include "options.h"

namespace lithe::app {

// Gives the variables of the options their values: from the command line, else from the recipe,
// else they stay as they are. Returns the exit status where nothing is left to do, because the help
// was asked for. Throws Error(usage) that says what is wrong, where, and what would be right.
std::optional<int> parse(Options& options, const Arguments& arguments);

// The declarations of a command, without running it.
Options declarations_of(int (*command)(const Arguments&), const Arguments& arguments = {});

// Options that several commands share.
void add_data_options(Options& options, std::string& data, std::string& data_dir);
void add_data_folder(Options& options, std::string& data_dir);

}  // namespace lithe::app
