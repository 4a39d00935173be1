// Compares the memory that an agent needs with the memory of the machine, before it is allocated.
#pragma once

#include <cstddef>
#include <string>

namespace lithe::agents {

// Checks that `count` items of `bytes_each` bytes fit. Throws Error(usage) if they need more than
// four fifths of what this process can still get (cpu/memory.h). The message calls the items `what`
// ("transitions"), and names `argument` as what to change.
void check_memory(double count, double bytes_each, const std::string& what,
                  const std::string& argument);

}  // namespace lithe::agents
