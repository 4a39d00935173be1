// The scores of a model with several targets that are numbers, one by one: a score over all of them
// is that of the target with the largest numbers.
#pragma once

#include <string>

#include "lithe/evaluation_report.h"

namespace lithe::app {

// A line for each target.
void print_targets(const RegressionReport& report);

// " over 3 targets", for a score of all of them; nothing for one.
std::string over_targets(std::size_t targets);

}  // namespace lithe::app
