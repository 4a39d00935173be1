// What makes numeric programs slow on this machine, what it costs, what to do, and how to see that
// it helped.
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

// One thing that was looked at.
struct Looked {
  std::string name;
  std::string seen;  // what was seen, in a line
  bool fine = true;  // whether no finding is about it
};

struct Checkup {
  // With all findings: first those that cost everyone, of them those last that pass by themselves
  // (what other programs and the host take), then those that cost only some programs (`only_if`);
  // each most costly first.
  MachineReport report;
  MachineTrials trials;
  std::vector<Looked> looked;
  double seconds = 0;  // that it took
};

struct ExamineMachine {
  double seconds = 15;  // about; what would be looked at after that is left out and said to be
  std::vector<std::filesystem::path> blas_folders;  // to look in besides the usual ones
};

// Throws Error(machine) if the system refuses threads or processes.
Checkup examine_machine(const ExamineMachine& options = {});

}  // namespace lithe
