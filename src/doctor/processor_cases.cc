// Checks of processor time and clock rate: quota, other programs, host, frequency.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "doctor/cases.h"

namespace lithe::doctor {

namespace {

std::string got(const GrantedTime& granted) {
  return granted.threads == 1
             ? fmt::format("a thread got {:.0f}% of its processor", 100 * granted.processors)
             : fmt::format("a thread on each of {} processors got the time of {:.2f}",
                           granted.threads, granted.processors);
}

// A finding of the report, completed with the cost that a trial measured.
Finding first_or(std::vector<Finding> found, const char* name) {
  Finding finding = found.empty() ? Finding{} : std::move(found.front());
  finding.name = name;
  return finding;
}

constexpr double kShare = 0.1;  // of the processors

}  // namespace

Case quota_case(const MachineReport& report, const MachineTrials& trials) {
  const GrantedTime& granted = trials.granted;
  const Quota& quota = report.quota;
  Case result{"quota", "no quota of processor time", {}};
  if (quota.processors > 0)
    result.observed = fmt::format("a quota of {:.3g} processors, which is no less than there are",
                                  quota.processors);
  std::vector<Finding> found = named(report, "quota");
  if (found.empty()) return result;
  Finding finding = std::move(found.front());
  if (granted.threads > 0 && granted.processors > 0) {
    // Only the cost of the quota; other programs are another finding.
    const double processors =
        std::clamp(quota.processors, granted.processors, static_cast<double>(granted.threads));
    finding.factor = granted.threads / processors;
    finding.evidence = got(granted);
    if (granted.stopped_periods > 0)
      finding.evidence +=
          fmt::format(" and was stopped in {:.0f}% of the periods", 100 * granted.stopped_periods);
    if (quota.stopped_periods > 0)
      finding.evidence += fmt::format("; in {:.0f}% since it began", 100 * quota.stopped_periods);
  }
  result.findings.push_back(std::move(finding));
  return result;
}

Case others_case(const MachineReport& report, const MachineTrials& trials) {
  const GrantedTime& granted = trials.granted;
  Case result{"other programs",
              fmt::format("{:.1f} processors busy with other programs",
                          granted.threads > 0 ? granted.others : report.all_cores.others),
              {}};
  std::vector<Finding> found = named(report, "other_programs");
  if (granted.threads == 0) {
    result.findings = std::move(found);
    return result;
  }
  const double most = report.quota.processors > 0
                          ? std::min<double>(report.quota.processors, granted.threads)
                          : granted.threads;
  const double lost = most - granted.stolen - granted.processors;
  if (granted.others < kShare * granted.threads || lost < kShare * granted.threads) return result;
  Finding finding = first_or(std::move(found), "other_programs");
  finding.problem = fmt::format("other programs keep {:.1f} of {} processors busy", granted.others,
                                report.identity.hardware_threads);
  finding.factor = granted.processors > 0 ? (granted.processors + lost) / granted.processors : 0;
  finding.evidence = got(granted);
  finding.remedy = "end them, or wait until they have ended";
  finding.commands = {"ps -e -o pid,pcpu,args --sort=-pcpu | head"};
  finding.check = kAgain;
  result.findings.push_back(std::move(finding));
  return result;
}

Case host_case(const MachineReport& report, const MachineTrials& trials) {
  const GrantedTime& granted = trials.granted;
  Case result{
      "host",
      report.identity.virtual_machine ? "its host takes no time from it" : "not a virtual machine",
      {}};
  std::vector<Finding> found = named(report, "host");
  const double stolen = granted.threads > 0 ? granted.stolen : report.all_cores.stolen;
  const double threads = granted.threads > 0 ? granted.threads : report.all_cores.threads;
  if (stolen < kShare * threads) return result;
  Finding finding = first_or(std::move(found), "host");
  finding.problem =
      fmt::format("the host took the time of {:.1f} processors from this virtual machine", stolen);
  finding.factor = stolen < threads ? threads / (threads - stolen) : 0;
  finding.evidence = granted.threads > 0 ? got(granted) : "";
  finding.remedy = "rent dedicated processors, or another machine";
  finding.check = "vmstat 1 5  # the column st";
  result.findings.push_back(std::move(finding));
  return result;
}

Case clock_case(const MachineReport& report, const MachineTrials& trials) {
  const AllCoresLimits& t = report.all_cores;
  Case result{"clock",
              fmt::format("{:.2f} GHz, {:.2f} with all processors at work",
                          t.clock_one_core / kGiga, t.clock_all_cores / kGiga),
              named(report, "clock")};
  for (Finding& finding : result.findings) {
    finding.evidence = "the time of instructions that take one cycle each";
    if (trials.turbo == Turbo::off) {
      finding.remedy = "allow clocks above the nominal one, which are switched off";
      finding.commands = {
          "echo 1 | sudo tee /sys/devices/system/cpu/cpufreq/boost  # Intel: echo 0 into "
          "/sys/devices/system/cpu/intel_pstate/no_turbo"};
    }
  }
  const std::uint64_t hot = trials.granted.hot_events;
  if (hot == 0) return result;
  Finding finding = first_or(std::move(result.findings), "clock");
  finding.problem = fmt::format(
      "the processor became too hot and slowed down {} time{} within a third of a second", hot,
      hot == 1 ? "" : "s");
  finding.factor = t.clock_all_cores > 0 ? t.clock_one_core / t.clock_all_cores : 0;
  finding.evidence = result.observed;
  finding.remedy = "cool it better: clean its fans, give it air; or use fewer threads";
  finding.commands.clear();
  finding.check = "grep . /sys/devices/system/cpu/cpu*/thermal_throttle/core_throttle_count";
  result.findings = {std::move(finding)};
  return result;
}

}  // namespace lithe::doctor
