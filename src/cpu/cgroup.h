// How much processor time the container or service that we run in is granted.
#pragma once

#include <filesystem>

namespace lithe::cpu {

// In processors, 1.5 being three halves of one's time; infinite where nothing limits it. Knows
// both versions of Linux's control groups. `root` is the root of the file system.
double cpu_quota(const std::filesystem::path& root = "/");

// The periods that the quota is granted for, and those in which it ran out and the processes were
// stopped, since the group was made: of the group around us that was stopped most; 0 where nothing
// counts them.
struct StopCounts {
  double periods = 0, stopped = 0;
  double share() const { return periods > 0 ? stopped / periods : 0; }
};
StopCounts stop_counts(const std::filesystem::path& root = "/");

// Their share.
double stopped_share(const std::filesystem::path& root = "/");

// Of the group around us that has least room, in bytes; what the kernel could give back at once
// (the cache of files) is not in use. 0 where nothing limits it.
struct MemoryLimit {
  double most = 0, used = 0;
};
MemoryLimit memory_limit(const std::filesystem::path& root = "/");

}  // namespace lithe::cpu
