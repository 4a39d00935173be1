// Names of source files as a report shows them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lithe::program {

// The folder that all of the files are in, with its last slash; empty if there is none.
std::string common_folder(const std::vector<std::string>& files);

// The path without that folder, or as it is where it is not in it.
std::string_view below(std::string_view path, std::string_view folder);

}  // namespace lithe::program
