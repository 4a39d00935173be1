// What `lithe show` says of the state of a training, or of an agent's.
#pragma once

#include <string>

namespace lithe::app {

// False where the file is something else, and nothing was printed. Throws Error(model) for a state
// that is damaged.
bool show_state(const std::string& file, bool json);

}  // namespace lithe::app
