#include "machine/cgroup.h"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include "machine/text.h"

namespace lithe::machine {

namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

double processors(double quota, double period) {
  return quota > 0 && period > 0 ? quota / period : kUnlimited;
}

// Version 2: "150000 100000", microseconds of every period; "max 100000" without a limit.
double unified_quota(const std::filesystem::path& folder) {
  const std::string text = read_text(folder / "cpu.max");
  std::string_view rest = text;
  const double quota = to_number(take_until(rest, ' '), 0.0);
  return processors(quota, to_number(rest, 0.0));
}

// Version 1: a file for each; -1 without a limit.
double legacy_quota(const std::filesystem::path& folder) {
  return processors(to_number(read_text(folder / "cpu.cfs_quota_us"), 0.0),
                    to_number(read_text(folder / "cpu.cfs_period_us"), 0.0));
}

// A group is limited by every group around it. Inside a container the path may name folders that
// only the host sees; those grant nothing and are passed over.
double least(double (*quota)(const std::filesystem::path&), const std::filesystem::path& mount,
             std::string_view group) {
  auto inner = std::filesystem::path("/" + std::string(group)).lexically_normal().relative_path();
  double result = quota(mount);
  for (; !inner.empty(); inner = inner.parent_path())
    result = std::min(result, quota(mount / inner));
  return result;
}

bool lists_cpu(std::string_view controllers) {
  while (!controllers.empty())
    if (take_until(controllers, ',') == "cpu") return true;
  return false;
}

}  // namespace

double cpu_quota(const std::filesystem::path& root) {
  const auto mounts = root / "sys/fs/cgroup";
  const std::string text = read_text(root / "proc/self/cgroup");
  double result = kUnlimited;
  // Lines are NUMBER:CONTROLLERS:PATH; version 2 has the number 0 and no controllers.
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view path = take_until(rest, '\n');
    const std::string_view number = take_until(path, ':');
    const std::string_view controllers = take_until(path, ':');
    if (number == "0" && controllers.empty())
      result = std::min(result, least(unified_quota, mounts, path));
    if (lists_cpu(controllers))
      result = std::min(result, least(legacy_quota, mounts / "cpu", path));
  }
  return result;
}

}  // namespace lithe::machine
