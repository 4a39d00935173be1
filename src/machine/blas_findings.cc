#include "machine/blas_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace lithe::machine {

namespace {

constexpr double kGiga = 1e9;

std::string who_runs(std::size_t count) {
  if (count <= 1) return " runs";
  return fmt::format(" and {} other{} run", count - 1, count == 2 ? "" : "s");
}

const std::string* setting(const MachineReport& report, const char* variable) {
  for (const ThreadSetting& set : report.settings)
    if (set.variable == variable) return &set.value;
  return nullptr;
}

// Libraries that run the same kernels are as a rule one package under several names.
std::vector<Finding> old_kernels(const MachineReport& report) {
  std::vector<Finding> found;
  std::vector<std::string> told;
  for (const BlasLibrary& blas : report.blas) {
    if (blas.remedy.empty()) continue;
    const std::string key = blas.version + blas.core;
    if (std::find(told.begin(), told.end(), key) != told.end()) continue;
    told.push_back(key);
    const auto same = [&](const BlasLibrary& b) { return b.version + b.core == key; };
    const auto count =
        static_cast<std::size_t>(std::count_if(report.blas.begin(), report.blas.end(), same));
    Finding finding;
    finding.problem = fmt::format("{}{} kernels for {}, older than this processor", blas.path,
                                  who_runs(count), blas.core);
    if (blas.flops_float32 > 0)
      finding.problem +=
          fmt::format(", at {:.0f} GFLOP/s on a core that can do {:.0f}",
                      blas.flops_float32 / kGiga, report.limits.flops_float32 / kGiga);
    finding.remedy = "set " + blas.remedy;
    if (const std::string* now = setting(report, "OPENBLAS_CORETYPE"))
      finding.remedy += fmt::format(", which is set to {} now", *now);
    if (blas.remedied_float32 > 0 && blas.flops_float32 > 0) {
      finding.factor = blas.remedied_float32 / blas.flops_float32;
      finding.remedy += fmt::format(" ({:.0f} GFLOP/s when tried)", blas.remedied_float32 / kGiga);
    }
    finding.remedy += ", or install a newer OpenBLAS";
    found.push_back(std::move(finding));
  }
  return found;
}

double reach(const BlasLibrary& blas) {
  return std::max(blas.flops_float32, blas.remedied_float32);
}

// The fastest that could take the place of `blas`: with the same integers, and not one that belongs
// to a Python environment.
const BlasLibrary* better_than(const BlasLibrary& blas, const MachineReport& report) {
  const BlasLibrary* best = nullptr;
  for (const BlasLibrary& other : report.blas) {
    const bool fits = other.integer_bits == blas.integer_bits &&
                      (other.owner == "loader" || other.owner == "system");
    if (fits && reach(other) > 1.5 * reach(blas) &&
        (best == nullptr || reach(other) > reach(*best)))
      best = &other;
  }
  return best;
}

std::string choose(const BlasLibrary& better) {
  return fmt::format(
      "make it {} ({:.0f} GFLOP/s); on Debian and Ubuntu: update-alternatives "
      "--config libblas.so.3-x86_64-linux-gnu",
      better.path, reach(better) / kGiga);
}

// The reference, or anything else that reaches less than a third of the core and has no remedy of
// its own. Only what programs get unasked matters.
std::vector<Finding> slow_ones(const MachineReport& report) {
  constexpr double kShare = 1.0 / 3;
  const double peak = report.limits.flops_float32;
  std::vector<Finding> found;
  for (const BlasLibrary& blas : report.blas) {
    const bool slow = blas.flops_float32 > 0 && blas.flops_float32 < kShare * peak;
    if (!blas.by_loader || !blas.remedy.empty() || !slow) continue;
    const BlasLibrary* better = better_than(blas, report);
    const char* what = blas.kind == "reference"
                           ? "the reference BLAS, which is made to be read and not to be fast"
                           : blas.kind.c_str();
    Finding finding;
    finding.problem =
        fmt::format("programs that ask for {} get {}: {:.3g} GFLOP/s on a core that can do {:.0f}",
                    blas.names.front(), what, blas.flops_float32 / kGiga, peak / kGiga);
    finding.remedy = better != nullptr ? choose(*better)
                                       : "install an OpenBLAS (on Debian and Ubuntu: apt install "
                                         "libopenblas0-pthread)";
    finding.factor = (better != nullptr ? reach(*better) : peak) / blas.flops_float32;
    found.push_back(std::move(finding));
  }
  return found;
}

std::vector<Finding> broken_ones(const MachineReport& report) {
  std::vector<Finding> found;
  for (const BlasLibrary& blas : report.blas)
    if (!blas.problem.empty())
      found.push_back({fmt::format("{} cannot be used: {}", blas.path, blas.problem),
                       "remove it, or install its package again", 0});
  return found;
}

// Libraries count the processors that exist; a container or service may be granted fewer.
std::vector<Finding> too_many_threads(const MachineReport& report) {
  for (const BlasLibrary& blas : report.blas)
    if (blas.threads > report.identity.usable_cpus + 0.999)
      return {{fmt::format("{} works with {} threads on {:.3g} processors", blas.path, blas.threads,
                           report.identity.usable_cpus),
               fmt::format("set OMP_NUM_THREADS and OPENBLAS_NUM_THREADS to {}",
                           std::max(static_cast<int>(report.identity.usable_cpus), 1)),
               0}};
  return {};
}

}  // namespace

std::vector<Finding> blas_findings(const MachineReport& report) {
  std::vector<Finding> all;
  for (auto* part : {old_kernels, slow_ones, broken_ones, too_many_threads})
    for (Finding& finding : part(report)) all.push_back(std::move(finding));
  return all;
}

}  // namespace lithe::machine
