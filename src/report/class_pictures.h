// Charts of a classifier's predictions, as parts of a page (report/chart.h names its colours).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lithe/figures.h"

namespace lithe::report {

// A matrix of more classes cannot be read.
inline constexpr std::size_t kMostMatrix = 100;

// Rows are the true classes, columns the predicted ones. Correct predictions are blue, errors
// orange; the larger the fraction of the row, the stronger the colour. Counts are written where
// there is room, and shown where the mouse points. At most kMostMatrix names, which cover every
// class of the cells.
std::string draw_confusion(const std::vector<ConfusionCell>& cells,
                           const std::vector<std::string>& names);

// A reliability diagram: accuracy over confidence, orange where the accuracy is lower than the
// confidence, green where it is higher. Below it, the number of examples in each bin.
std::string draw_reliability(std::string_view title, const std::vector<ReliabilityBin>& bins);

}  // namespace lithe::report
