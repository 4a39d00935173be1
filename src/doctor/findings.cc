#include "doctor/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "cpu/known_processors.h"
#include "doctor/blas_findings.h"
#include "doctor/cases.h"

namespace lithe::doctor {

namespace {

using Findings = std::vector<Finding>;

void add_quota(const MachineReport& report, Findings& found) {
  const Quota& quota = report.quota;
  if (quota.processors <= 0 || quota.processors >= report.all_cores.threads) return;
  Finding finding;
  finding.name = "quota";
  finding.problem = fmt::format(
      "the container or service is granted the time of {:.3g} processors and sees {}: programs "
      "that start a thread for each are stopped for a part of every period",
      quota.processors, report.all_cores.threads);
  if (quota.stopped_periods > 0)
    finding.evidence =
        fmt::format("stopped in {:.0f}% of the periods so far", 100 * quota.stopped_periods);
  const int right = std::max(static_cast<int>(quota.processors), 1);
  finding.remedy = "raise the quota, or start as many threads as it grants";
  finding.commands = {fmt::format("export OMP_NUM_THREADS={0} OPENBLAS_NUM_THREADS={0}", right)};
  finding.check = kAgain;
  found.push_back(std::move(finding));
}

void add_settings(const MachineReport& report, Findings& found) {
  for (const ThreadSetting& set : report.settings) {
    if (set.problem.empty()) continue;
    Finding finding;
    finding.name = "settings";
    finding.problem = fmt::format("{}={} {}", set.variable, set.value, set.problem);
    finding.remedy = "unset it, or set the value that you mean";
    finding.commands = {"unset " + set.variable};
    finding.check = kAgain;
    found.push_back(std::move(finding));
  }
}

void add_others(const MachineReport& report, Findings& found) {
  const AllCoresLimits& t = report.all_cores;
  constexpr double kMuch = 0.2;  // of the processors
  if (t.others > kMuch * t.threads) {
    Finding finding;
    finding.name = "other_programs";
    finding.problem = fmt::format(
        "other programs kept {:.1f} of {} processors busy while the figures of all cores were "
        "measured",
        t.others, report.identity.hardware_threads);
    finding.remedy = "end them, or wait until they end";
    finding.commands = {"ps -e -o pid,pcpu,args --sort=-pcpu | head"};
    finding.check = kAgain;
    found.push_back(std::move(finding));
  }
  if (t.stolen > 0.5 * kMuch * t.threads) {
    Finding finding;
    finding.name = "host";
    finding.problem = fmt::format(
        "the host took the time of {:.1f} processors from this virtual machine", t.stolen);
    finding.remedy = "rent dedicated processors, or another machine";
    finding.check = "vmstat 1 5  # the column st";
    found.push_back(std::move(finding));
  }
}

void add_limits(const MachineReport& report, Findings& found) {
  if (!report.limits.under_load) return;
  Finding finding;
  finding.name = "limits";
  finding.problem =
      "the limits of one core were measured while other programs used the processor, and may be "
      "higher";
  finding.remedy = "measure again on an idle machine; lithe also repeats the measurement by itself";
  finding.commands = {"lithe info --measure"};
  finding.check = "lithe info";
  found.push_back(std::move(finding));
}

void add_frequency(const MachineReport& report, Findings& found) {
  const AllCoresLimits& t = report.all_cores;
  constexpr double kDrop = 0.85, kHeldLow = 0.75;
  Finding finding;
  finding.name = "clock";
  finding.check = kAgain;
  if (t.clock_one_core > 0 && t.clock_all_cores < kDrop * t.clock_one_core) {
    finding.problem = fmt::format(
        "the processors slow down from {:.2f} to {:.2f} GHz when all of them do arithmetic",
        t.clock_one_core / 1e9, t.clock_all_cores / 1e9);
    finding.remedy =
        "improve the cooling or raise the power limit, if the processor does not have this limit "
        "by design";
    finding.factor = t.clock_one_core / t.clock_all_cores;
    found.push_back(finding);
  }
  if (report.most_clock > 0 && t.clock_one_core > 0 &&
      t.clock_one_core < kHeldLow * report.most_clock) {
    finding.problem =
        fmt::format("the processor runs at {:.2f} GHz and may run at {:.2f}{}",
                    t.clock_one_core / 1e9, report.most_clock / 1e9,
                    report.governor.empty() ? "" : " (governor: " + report.governor + ")");
    finding.remedy = "let it clock up";
    finding.commands = {"sudo cpupower frequency-set -g performance"};
    finding.factor = report.most_clock / t.clock_one_core;
    found.push_back(finding);
  }
}

// Instruction sets that the processor's model has and the system does not show.
void add_hidden_sets(const MachineReport& report, Findings& found) {
  const cpu::HiddenSets hidden = cpu::hidden_sets(report.identity);
  if (hidden.name.empty()) return;
  Finding finding;
  finding.name = "hidden_instructions";
  const bool is_virtual = report.identity.virtual_machine;
  finding.problem = fmt::format(
      "{} shows no {}, which {} has", is_virtual ? "this virtual machine" : "this system",
      hidden.name,
      hidden.known ? report.identity.processor : "nearly every x86 processor since 2013");
  if (is_virtual) {
    finding.remedy = "let its host pass the processor through (QEMU: -cpu host)";
    finding.commands = {"virsh edit DOMAIN  # on the host: <cpu mode='host-passthrough'/>"};
  } else {
    finding.remedy =
        "find what hides it: a kernel option (clearcpuid=, noxsave), the firmware, or a mitigation "
        "that newer microcode makes unnecessary";
    finding.commands = {"cat /proc/cmdline"};
  }
  finding.check = fmt::format("grep -o -m1 -w {} /proc/cpuinfo", hidden.flag);
  // The peak at this clock, if the system showed the instruction set.
  const double cycle = report.all_cores.clock_one_core;
  if (hidden.known && cycle > 0 && report.limits.flops_float32 > 0) {
    finding.factor = hidden.flops_per_cycle * cycle / report.limits.flops_float32;
    finding.estimated = true;
    finding.evidence = fmt::format("{:.0f} GFLOP/s of one core at {:.2f} GHz",
                                   report.limits.flops_float32 / 1e9, cycle / 1e9);
  }
  found.push_back(std::move(finding));
}

}  // namespace

std::vector<std::string> unused_sets(const std::vector<std::string>& present) {
  // The instruction sets of the kernels, and those that they include.
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

}  // namespace lithe::doctor
