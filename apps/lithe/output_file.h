// Files that a command will write when its work is done.
#pragma once

#include <string>

namespace lithe::app {

// Notices before the work, not after it, that `path` cannot be written, and leaves no trace.
// `option` is where it was said. Throws Error(usage), or Error(io) where the system refuses.
void check_output(const std::string& path, const char* option);

}  // namespace lithe::app
