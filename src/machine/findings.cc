#include "machine/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "machine/blas_findings.h"

namespace lithe::machine {

namespace {

constexpr double kGiga = 1e9;

using Findings = std::vector<Finding>;

void add_quota(const MachineReport& report, Findings& found) {
  const Quota& quota = report.quota;
  if (quota.processors <= 0 || quota.processors >= report.together.threads) return;
  std::string problem = fmt::format(
      "the container or service is granted the time of {:.3g} processors and sees {}: programs "
      "that start a thread for each are stopped for a part of every period",
      quota.processors, report.together.threads);
  if (quota.stopped_periods > 0)
    problem += fmt::format(" ({:.0f}% of the periods so far)", 100 * quota.stopped_periods);
  found.push_back({std::move(problem),
                   fmt::format("raise the quota, or set OMP_NUM_THREADS={}",
                               std::max(static_cast<int>(quota.processors), 1)),
                   0});
}

void add_settings(const MachineReport& report, Findings& found) {
  for (const ThreadSetting& set : report.settings)
    if (!set.problem.empty())
      found.push_back({fmt::format("{}={} {}", set.variable, set.value, set.problem),
                       fmt::format("unset {}, or set it to what you mean", set.variable), 0});
}

void add_others(const MachineReport& report, Findings& found) {
  const TogetherLimits& t = report.together;
  constexpr double kMuch = 0.2;  // of the processors
  if (t.others > kMuch * t.threads)
    found.push_back({fmt::format("other programs kept {:.1f} of {} processors busy while the "
                                 "figures of all cores were measured",
                                 t.others, report.identity.hardware_threads),
                     "wait until they have ended (`top` shows them), and measure again", 0});
  if (t.stolen > 0.5 * kMuch * t.threads)
    found.push_back({fmt::format("the host took the time of {:.1f} processors from this virtual "
                                 "machine",
                                 t.stolen),
                     "rent dedicated processors, or another machine", 0});
}

void add_limits(const MachineReport& report, Findings& found) {
  if (report.limits.under_load)
    found.push_back(
        {"the limits of one core were measured while other programs had the processor, "
         "and may be higher",
         "lithe info --measure on a quiet machine; it also tries again by itself", 0});
}

void add_frequency(const MachineReport& report, Findings& found) {
  const TogetherLimits& t = report.together;
  constexpr double kDrop = 0.85;
  if (t.clock_alone > 0 && t.clock_together < kDrop * t.clock_alone)
    found.push_back({fmt::format("the processors slow down from {:.2f} to {:.2f} GHz when all of "
                                 "them do arithmetic",
                                 t.clock_alone / kGiga, t.clock_together / kGiga),
                     "better cooling or a higher power limit; else it is the processor's nature",
                     t.clock_alone / t.clock_together});
  if (report.most_clock > 0 && t.clock_alone > 0 && t.clock_alone < 0.75 * report.most_clock)
    found.push_back(
        {fmt::format("the processor runs at {:.2f} GHz and may run at {:.2f}{}",
                     t.clock_alone / kGiga, report.most_clock / kGiga,
                     report.governor.empty() ? "" : " (governor: " + report.governor + ")"),
         "cpupower frequency-set -g performance", report.most_clock / t.clock_alone});
}

// Every x86 server processor since 2015 has AVX2.
void add_hidden_sets(const MachineReport& report, Findings& found) {
  const auto& sets = report.identity.instruction_sets;
  const auto has = [&sets](std::string_view name) {
    return std::find(sets.begin(), sets.end(), name) != sets.end();
  };
  if (report.identity.virtual_machine && has("sse4") && !has("avx2"))
    found.push_back({"this virtual machine shows no AVX2, which processors have had since 2013",
                     "let its host pass the processor through (QEMU: -cpu host)", 0});
}

}  // namespace

std::vector<std::string> unused_sets(const std::vector<std::string>& present) {
  // What the kernels are built for, and what belongs to it.
  constexpr std::string_view kUsed[] = {"sse4", "avx", "fma", "avx2", "avx512", "neon"};
  std::vector<std::string> unused;
  for (const std::string& set : present)
    if (std::find(std::begin(kUsed), std::end(kUsed), set) == std::end(kUsed))
      unused.push_back(set);
  return unused;
}

std::vector<Finding> findings(const MachineReport& report) {
  Findings found = blas_findings(report);
  for (const auto add :
       {add_quota, add_settings, add_frequency, add_hidden_sets, add_others, add_limits})
    add(report, found);
  std::stable_sort(found.begin(), found.end(),
                   [](const Finding& a, const Finding& b) { return a.factor > b.factor; });
  return found;
}

}  // namespace lithe::machine
