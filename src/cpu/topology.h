// Sockets, cores and caches, as the kernel lists them below /sys/devices/system.
#pragma once

#include <filesystem>

#include "lithe/machine.h"

namespace lithe::cpu {

// Fills in the counts and caches of `machine`. What the files below `root` do not say stays as it
// was, but for the cores: where nothing says which threads share one, each thread is one.
void fill_topology(MachineIdentity& machine, const std::filesystem::path& root = "/");

}  // namespace lithe::cpu
