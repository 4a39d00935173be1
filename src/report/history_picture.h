// The figures of a training over its epochs, as charts.
#pragma once

#include <string>
#include <vector>

#include "lithe/history.h"

namespace lithe::report {

// Loss, then accuracy or error, then the learning rate where it changes: those that were measured,
// each part of a page (report/chart.h).
std::vector<std::string> history_charts(const std::vector<EpochFigures>& history);

}  // namespace lithe::report
