#include "cpu/memory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "cpu/cgroup.h"
#include "lithe/error.h"

namespace lithe::cpu {

namespace {

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

// The soft limit in /proc/self/limits, whose lines are NAME SOFT HARD UNIT with gaps of blanks.
double process_limit(std::string_view limits, std::string_view name) {
  while (!limits.empty()) {
    std::string_view line = base::take_until(limits, '\n');
    if (!line.starts_with(name)) continue;
    line = base::trim(line.substr(name.size()));
    return base::to_number(base::take_until(line, ' '), kNoLimit);
  }
  return kNoLimit;
}

// A figure of /proc/self/status or /proc/meminfo, whose lines are "NAME:   123 kB"; -1 without it.
double kilobytes(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    std::string_view value = base::take_until(text, '\n');
    if (base::take_until(value, ':') != name) continue;
    value = base::trim(value);
    return base::to_number(base::take_until(value, ' '), -1.0) * 1024;
  }
  return -1;
}

void take_least(MemoryRoom& least, double bytes, const char* where, bool address_space = false) {
  if (bytes >= least.bytes) return;
  least = {std::max(bytes, 0.0), where, address_space};
}

}  // namespace

MemoryRoom memory_room(const std::filesystem::path& root) {
  MemoryRoom room;
  const std::string limits = base::read_text(root / "proc/self/limits");
  const std::string status = base::read_text(root / "proc/self/status");
  const std::string machine = base::read_text(root / "proc/meminfo");
  if (const double free = kilobytes(machine, "MemAvailable"); free >= 0)
    take_least(room, free + std::max(0.0, kilobytes(machine, "SwapFree")), "free on this machine");
  if (const MemoryLimit group = memory_limit(root); group.most > 0)
    take_least(room, group.most - group.used, "left under the limit of the control group");
  take_least(room, process_limit(limits, "Max address space") - kilobytes(status, "VmSize"),
             "left under the limit of ulimit -v", true);
  take_least(room, process_limit(limits, "Max data size") - kilobytes(status, "VmData"),
             "left under the limit of ulimit -d", true);
  return room;
}

std::string memory_text(double bytes) {
  return bytes < 0.95e9 ? fmt::format("{:.0f} MB", bytes / 1e6)
                        : fmt::format("{:.1f} GB", bytes / 1e9);
}

void check_memory(double bytes, const std::string& needing, const std::string& remedy) {
  // What is smaller fits, or fails where it is asked for; the files are not read for it.
  constexpr double kLarge = 1 << 25;
  if (bytes < kLarge) return;
  const MemoryRoom room = memory_room();
  if (bytes <= room.bytes) return;
  throw Error(ErrorKind::machine,
              fmt::format("{} {} of memory; {} are {}", needing, memory_text(bytes),
                          memory_text(room.bytes), room.where),
              {}, remedy);
}

}  // namespace lithe::cpu
