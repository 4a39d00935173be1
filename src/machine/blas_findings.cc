#include "machine/blas_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace lithe::machine {

namespace {

constexpr double kGiga = 1e9;

std::string and_others(std::size_t count) {
  if (count <= 1) return {};
  return fmt::format(" and {} other{}", count - 1, count == 2 ? "" : "s");
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
    finding.problem = fmt::format("{}{} runs kernels for {}, older than this processor", blas.path,
                                  and_others(count), blas.core);
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

const BlasLibrary* fastest(const MachineReport& report) {
  const auto found = std::max_element(report.blas.begin(), report.blas.end(),
                                      [](const BlasLibrary& a, const BlasLibrary& b) {
                                        return std::max(a.flops_float32, a.remedied_float32) <
                                               std::max(b.flops_float32, b.remedied_float32);
                                      });
  return found == report.blas.end() ? nullptr : &*found;
}

// The reference, or anything else that reaches less than a third of the core and has no remedy of
// its own. Only what programs get unasked matters.
std::vector<Finding> slow_ones(const MachineReport& report) {
  constexpr double kShare = 1.0 / 3;
  std::vector<Finding> found;
  const BlasLibrary* best = fastest(report);
  for (const BlasLibrary& blas : report.blas) {
    const bool reference = blas.kind == "reference";
    const double peak = report.limits.flops_float32;
    const bool slow = blas.flops_float32 > 0 && blas.flops_float32 < kShare * peak;
    if (!blas.by_loader || !blas.remedy.empty() || (!reference && !slow)) continue;
    Finding finding;
    finding.problem = fmt::format(
        "programs that ask for {} get {}{}", blas.names.front(),
        reference ? "the reference BLAS, which is made to be read and not to be fast" : blas.kind,
        slow ? fmt::format(", at {:.0f} GFLOP/s on a core that can do {:.0f}",
                           blas.flops_float32 / kGiga, peak / kGiga)
             : "");
    const double reach =
        best == nullptr ? 0 : std::max(best->flops_float32, best->remedied_float32);
    if (best != &blas && reach > 1.5 * blas.flops_float32) {
      if (blas.flops_float32 > 0) finding.factor = reach / blas.flops_float32;
      finding.remedy = fmt::format(
          "make it {} ({:.0f} GFLOP/s): on Debian and Ubuntu by update-alternatives --config "
          "libblas.so.3-x86_64-linux-gnu",
          best->path, reach / kGiga);
    } else {
      finding.remedy =
          "install an OpenBLAS (on Debian and Ubuntu: apt install libopenblas0-pthread)";
    }
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
