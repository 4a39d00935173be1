// What `--help` prints, made from the declarations.
#pragma once

#include <string>

#include "options.h"

namespace lithe::app {

// "lithe show MODEL [OPTIONS]"
std::string usage_line(const Options& options);

// "--epochs N", "--json", "MODEL"
std::string option_label(const Option& option);

// Its help with what the declaration adds: the range, the values, the default.
std::string option_help(const Option& option);

std::string help_text(const Options& options, std::size_t width);

}  // namespace lithe::app
