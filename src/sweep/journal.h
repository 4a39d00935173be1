// The trials as a journal of Optuna's (JournalFileBackend, of versions 4 and 5).
#pragma once

#include <string>
#include <vector>

#include "lithe/sweep.h"

namespace lithe::sweep {

// A study and a line for each trial up to the first one that has no result yet: Optuna numbers
// trials by their lines, and so they have the numbers that they have here.
std::string journal_of(const SweepPlan& plan, const std::vector<SweepTrial>& trials);

}  // namespace lithe::sweep
