// Makes the report of lithe info.
#include "lithe/machine_report.h"

#include <cmath>

#include "blas/search.h"
#include "cpu/cgroup.h"
#include "doctor/findings.h"
#include "doctor/thread_settings.h"
#include "limits/all_cores.h"
#include "limits/clock_rate.h"

namespace lithe {

MachineReport report_machine(const ReportMachine& options) {
  MachineReport report;
  report.identity = identify_machine();
  report.limits = machine_limits(report.identity, "auto", options.measure);
  report.all_cores = limits::measure_all_cores(report.identity, "auto");
  const limits::FrequencyRules rules = limits::frequency_rules();
  report.most_clock = rules.most;
  report.governor = rules.governor;
  const double quota = cpu::cpu_quota();
  report.quota = {std::isinf(quota) ? 0 : quota, cpu::stopped_share()};
  report.unused_sets = doctor::unused_sets(report.identity.instruction_sets);
  report.settings =
      doctor::thread_settings(blas::this_machine().variable, report.identity.usable_cpus);
  report.blas = find_blas(options.blas);
  report.findings = doctor::findings(report);
  return report;
}

}  // namespace lithe
