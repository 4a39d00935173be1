// From what was measured of a machine to what is wrong with it: pure functions, one a case.
#pragma once

#include <string>
#include <vector>

#include "lithe/doctor.h"

namespace lithe::doctor {

// One thing that was looked at.
struct Case {
  std::string name;
  std::string seen;               // what was seen, in a line
  std::vector<Finding> findings;  // none: it is fine
};

// Whether and how each says something is wrong. `report.findings` are those that need no trial;
// where a trial measured what one of them costs, the case's own take its place.
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

// Those of all cases that cost something: first what costs everyone and stays until somebody mends
// it, then what others take at the moment, then what costs only some programs; each most costly
// first, those of unknown cost last.
std::vector<Finding> findings_of(const std::vector<Case>& cases);

// What the cases share.
constexpr double kGiga = 1e9;
constexpr double kMuch = 1.15;  // a factor beyond the noise of short measurements
inline constexpr const char* kAgain = "lithe doctor";

// Whether other programs left the processors alone, so that what threads gain can be judged.
bool quiet(const MachineTrials& trials);

// Those of the report's findings that have the name.
std::vector<Finding> named(const MachineReport& report, const char* name);

}  // namespace lithe::doctor
