// The checks of the doctor: pure functions from measurements to findings, one for each case.
#pragma once

#include <string>
#include <vector>

#include "lithe/doctor.h"

namespace lithe::doctor {

// The result of one check.
struct Case {
  std::string name;
  std::string observed;           // in one line
  std::vector<Finding> findings;  // empty: nothing is wrong
};

// `report.findings` are the findings that need no trial. Where a trial measured the cost of one,
// the case makes its own finding instead.
Case blas_case(const MachineReport& report);
Case thread_case(const MachineReport& report, const MachineTrials& trials);
Case settings_case(const MachineReport& report, const MachineTrials& trials);
Case quota_case(const MachineReport& report, const MachineTrials& trials);
Case others_case(const MachineReport& report, const MachineTrials& trials);
Case host_case(const MachineReport& report, const MachineTrials& trials);
Case clock_case(const MachineReport& report, const MachineTrials& trials);
Case instructions_case(const MachineReport& report);
Case build_case(const MachineReport& report, const MachineTrials& trials);
Case bandwidth_case(const MachineReport& report, const MachineTrials& trials);
Case denormals_case(const MachineTrials& trials);
Case pages_case(const MachineTrials& trials);
Case memory_case(const MachineTrials& trials);

// All of them, in this order.
std::vector<Case> all_cases(const MachineReport& report, const MachineTrials& trials);

// The findings of all cases that cost something: first those that concern every program and are
// permanent, then the temporary ones, then those that concern only some programs. Each group has
// the most costly finding first and those of unknown cost last.
std::vector<Finding> findings_of(const std::vector<Case>& cases);

// Shared by the cases.
constexpr double kGiga = 1e9;
constexpr double kMuch = 1.15;  // a factor beyond the noise of short measurements
inline constexpr const char* kAgain = "lithe doctor";

// Whether other programs left the processors idle, so that the speedup of threads can be judged.
bool quiet(const MachineTrials& trials);

// The report's findings of that name.
std::vector<Finding> named(const MachineReport& report, const char* name);

}  // namespace lithe::doctor
