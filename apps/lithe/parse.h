// Parsing of a command's arguments with CLI11, the same way for every command.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "command.h"

namespace lithe::app {

// Parses; where help was asked for or the arguments are wrong, prints what is to be said and
// returns the exit status.
std::optional<int> parse(CLI::App& app, const Arguments& arguments);

// Options that several commands share.
void add_data_options(CLI::App& app, std::string& data, std::string& data_dir);

}  // namespace lithe::app
