// Puts together everything that lithe info shows.
#include "lithe/machine_report.h"

#include <cmath>

#include "machine/blas_search.h"
#include "machine/cgroup.h"
#include "machine/clock_rate.h"
#include "machine/findings.h"
#include "machine/thread_settings.h"
#include "machine/together.h"

namespace lithe {

MachineReport report_machine(const ReportMachine& options) {
  MachineReport report;
  report.identity = identify_machine();
  report.limits = machine_limits(report.identity, "auto", options.measure);
  report.together = machine::measure_together(report.identity, "auto");
  const machine::FrequencyRules rules = machine::frequency_rules();
  report.most_clock = rules.most;
  report.governor = rules.governor;
  const double quota = machine::cpu_quota();
  report.quota = {std::isinf(quota) ? 0 : quota, machine::stopped_share()};
  report.unused_sets = machine::unused_sets(report.identity.instruction_sets);
  report.settings =
      machine::thread_settings(machine::this_machine().variable, report.identity.usable_cpus);
  report.blas = find_blas(options.blas);
  report.findings = machine::findings(report);
  return report;
}

}  // namespace lithe
