// The trials of lithe doctor. Each is bounded in time, and changes nothing that outlives it.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "lithe/machine.h"
#include "lithe/machine_trials.h"

namespace lithe::doctor {

// Keeps all processors busy for a third of a second. `root` is the root of the file system where
// the counters of stops and of heat lie. Throws Error(machine) if threads are refused.
GrantedTime try_granted(const std::filesystem::path& root = "/");

// In a child, for it starts the library's threads.
BlasThreads try_blas_threads(const std::filesystem::path& library, int processors,
                             std::chrono::milliseconds limit);

// In a child with GCC's OpenMP, where that is installed; about a third of a second.
OpenMpThreads try_openmp(int processors, std::chrono::milliseconds limit,
                         const char* library = "libgomp.so.1");

// About 0.15 s.
DenormalCost try_denormals();

// About 0.1 s for each number of threads.
MemoryBandwidth try_memory(const MachineIdentity& machine, int threads);

// About 0.2 s with 64 MiB.
HugePages try_pages(const std::filesystem::path& root = "/");

}  // namespace lithe::doctor
