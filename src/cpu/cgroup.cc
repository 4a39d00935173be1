#include "cpu/cgroup.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

#include "base/text.h"

namespace lithe::cpu {

namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

double processors(double quota, double period) {
  return quota > 0 && period > 0 ? quota / period : kUnlimited;
}

// Version 2: "150000 100000", microseconds of every period; "max 100000" without a limit.
double unified_quota(const std::filesystem::path& folder) {
  const std::string text = base::read_text(folder / "cpu.max");
  std::string_view rest = text;
  const double quota = base::to_number(base::take_until(rest, ' '), 0.0);
  return processors(quota, base::to_number(rest, 0.0));
}

// Version 1: a file for each; -1 without a limit.
double legacy_quota(const std::filesystem::path& folder) {
  return processors(base::to_number(base::read_text(folder / "cpu.cfs_quota_us"), 0.0),
                    base::to_number(base::read_text(folder / "cpu.cfs_period_us"), 0.0));
}

using Visit = std::function<void(const std::filesystem::path& folder, bool unified)>;

// A group is limited by every group around it. Inside a container the path may name folders that
// only the host sees; those hold nothing and are passed over.
void visit_around(const std::filesystem::path& mount, std::string_view group, bool unified,
                  const Visit& visit) {
  auto inner = std::filesystem::path("/" + std::string(group)).lexically_normal().relative_path();
  visit(mount, unified);
  for (; !inner.empty(); inner = inner.parent_path()) visit(mount / inner, unified);
}

bool lists(std::string_view controllers, std::string_view one) {
  while (!controllers.empty())
    if (base::take_until(controllers, ',') == one) return true;
  return false;
}

// The groups that hold this process and what `controller` shares out: "cpu", "memory".
void for_each_group(const std::filesystem::path& root, const char* controller, const Visit& visit) {
  const auto mounts = root / "sys/fs/cgroup";
  const std::string text = base::read_text(root / "proc/self/cgroup");
  // Lines are NUMBER:CONTROLLERS:PATH; version 2 has the number 0 and no controllers.
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view path = base::take_until(rest, '\n');
    const std::string_view number = base::take_until(path, ':');
    const std::string_view controllers = base::take_until(path, ':');
    if (number == "0" && controllers.empty()) visit_around(mounts, path, true, visit);
    if (lists(controllers, controller)) visit_around(mounts / controller, path, false, visit);
  }
}

// A figure in a file whose lines are NAME NUMBER; 0 where it is not there.
double figure(const std::filesystem::path& file, std::string_view wanted) {
  const std::string text = base::read_text(file);
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view value = base::take_until(rest, '\n');
    if (base::take_until(value, ' ') == wanted) return base::to_number(value, 0.0);
  }
  return 0;
}

// The same names in both versions.
StopCounts stop_counts_of(const std::filesystem::path& folder) {
  StopCounts counts;
  counts.periods = figure(folder / "cpu.stat", "nr_periods");
  counts.stopped = figure(folder / "cpu.stat", "nr_throttled");
  return counts.periods > 0 && counts.stopped > 0 && counts.stopped <= counts.periods
             ? counts
             : StopCounts{};
}

// Version 1 writes the largest number of whole pages where nothing limits it, version 2 "max".
MemoryLimit memory_limit_of(const std::filesystem::path& folder, bool unified) {
  constexpr double kNone = 0x1p60;
  const auto limit_in = [&](const char* file) {
    const double bytes = base::to_number(base::read_text(folder / file), 0.0);
    return bytes > 0 && bytes < kNone ? bytes : kUnlimited;
  };
  MemoryLimit limit;
  limit.most = unified ? std::min(limit_in("memory.max"), limit_in("memory.high"))
                       : limit_in("memory.limit_in_bytes");
  if (limit.most == kUnlimited) return {};
  const double all = base::to_number(
      base::read_text(folder / (unified ? "memory.current" : "memory.usage_in_bytes")), 0.0);
  const double files =
      figure(folder / "memory.stat", unified ? "inactive_file" : "total_inactive_file");
  limit.used = std::max(all - files, 0.0);
  return limit;
}

}  // namespace

double cpu_quota(const std::filesystem::path& root) {
  double result = kUnlimited;
  for_each_group(root, "cpu", [&result](const std::filesystem::path& folder, bool unified) {
    result = std::min(result, unified ? unified_quota(folder) : legacy_quota(folder));
  });
  return result;
}

StopCounts stop_counts(const std::filesystem::path& root) {
  StopCounts most;
  for_each_group(root, "cpu", [&most](const std::filesystem::path& folder, bool) {
    const StopCounts counts = stop_counts_of(folder);
    if (counts.share() > most.share()) most = counts;
  });
  return most;
}

double stopped_share(const std::filesystem::path& root) { return stop_counts(root).share(); }

MemoryLimit memory_limit(const std::filesystem::path& root) {
  MemoryLimit least;
  for_each_group(root, "memory", [&least](const std::filesystem::path& folder, bool unified) {
    const MemoryLimit limit = memory_limit_of(folder, unified);
    const bool tighter = least.most == 0 || limit.most - limit.used < least.most - least.used;
    if (limit.most > 0 && tighter) least = limit;
  });
  return least;
}

}  // namespace lithe::cpu
