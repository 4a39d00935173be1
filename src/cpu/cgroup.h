// The limits of processor time and memory of the container or service that this process runs in.
#pragma once

#include <filesystem>

namespace lithe::cpu {

// The quota in processors, for example 1.5; infinite where there is none. Supports both versions of
// Linux's control groups. `root` is the root of the file system.
double cpu_quota(const std::filesystem::path& root = "/");

// The number of quota periods since the group was made, and of those in which the processes were
// stopped because the quota was used up. Of all enclosing groups, the one that was stopped most; 0
// where the system does not count them.
struct StopCounts {
  double periods = 0, stopped = 0;
  double share() const { return periods > 0 ? stopped / periods : 0; }
};
StopCounts stop_counts(const std::filesystem::path& root = "/");

// Their share.
double stopped_share(const std::filesystem::path& root = "/");

// In bytes, of the enclosing group with the least memory left. Memory that the kernel can reclaim
// at once (the file cache) does not count as used. Above memory.high a group is slowed until it is
// of no use, so that counts as memory.max does. 0 where there is no limit.
struct MemoryLimit {
  double most = 0, used = 0;
};
MemoryLimit memory_limit(const std::filesystem::path& root = "/");

}  // namespace lithe::cpu
