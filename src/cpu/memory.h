// How much memory this process can still get, whatever limits it, and errors where that is too
// little. The system grants more memory than there is and ends the process that uses it: what is
// large is compared before it is asked for.
#pragma once

#include <filesystem>
#include <limits>
#include <string>

namespace lithe::cpu {

struct MemoryRoom {
  double bytes = std::numeric_limits<double>::infinity();
  std::string where;           // "left under the limit of ulimit -v", "free on this machine"
  bool address_space = false;  // the limit also counts what is reserved and not used
};

// The least of what ulimit -v and -d leave, of what the control groups of this process leave, and
// of what the machine has free, swap included. `root` is the root of the file system.
MemoryRoom memory_room(const std::filesystem::path& root = "/");

// "3.1 GB", "450 MB"
std::string memory_text(double bytes);

// Throws Error(machine) if `bytes` more do not fit: "the weights need 3.1 GB of memory; 2.0 GB are
// free on this machine", where `needing` is "the weights need".
void check_memory(double bytes, const std::string& needing, const std::string& remedy);

}  // namespace lithe::cpu
