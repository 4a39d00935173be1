// Memory that agents ask for, held against what the machine has before it is asked for.
#pragma once

#include <cstddef>
#include <string>

namespace lithe::agents {

// `count` of `what` ("transitions that are remembered"), each so many bytes, where `argument` says
// how many. Throws Error(usage) where that is more than four fifths of the machine's memory, or of
// what the control group around this process may use.
void check_room(double count, double bytes_each, const std::string& what,
                const std::string& argument);

}  // namespace lithe::agents
