// Pictures of a classifier's answers, as parts of a page (report/chart.h says its colours).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lithe/figures.h"

namespace lithe::report {

// A matrix of more classes is no picture any more.
inline constexpr std::size_t kMostMatrix = 100;

// Rows: the true classes. Columns: the answers. Right answers blue, wrong ones orange, the stronger
// the larger their share of the row; numbers where there is room, and all of them on pointing. At
// most kMostMatrix names, every class of the cells among them.
std::string draw_confusion(const std::vector<ConfusionCell>& cells,
                           const std::vector<std::string>& names);

// Accuracy over confidence: orange where answers are right less often than their confidence says,
// green where more often. Below, how many examples there are.
std::string draw_reliability(std::string_view title, const std::vector<ReliabilityBin>& bins);

}  // namespace lithe::report
