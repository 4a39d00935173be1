// Examines this machine for what makes numeric programs slow: what it costs, how to fix it, and how
// to check that the fix helped.
//
//   for (const auto& finding : lithe::examine_machine().report.findings)
//     std::cout << finding.problem << ": " << finding.factor << " times slower\n";
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lithe/machine_report.h"
#include "lithe/machine_trials.h"

namespace lithe {

// One check of the examination.
struct Check {
  std::string name;
  std::string observed;  // in one line
  bool passed = true;    // without a finding
};

struct Checkup {
  // With all findings, in this order: those that concern every program, then the temporary ones
  // (processors taken by other programs or the host), then those that concern only some programs
  // (`only_if`). Each group has the most costly finding first.
  MachineReport report;
  MachineTrials trials;
  std::vector<Check> checks;
  double seconds = 0;  // that the examination took
};

struct ExamineMachine {
  double seconds = 15;  // about; trials for which no time is left are skipped and listed
  std::vector<std::filesystem::path> blas_folders;  // searched in addition to the usual ones
};

// Throws Error(machine) if the system refuses threads or processes.
Checkup examine_machine(const ExamineMachine& options = {});

}  // namespace lithe
