// How well a score ranks the examples of a class above the others: the receiver operating
// characteristic (ROC) and the precision-recall curve.
#pragma once

#include <vector>

#include "lithe/figures.h"

namespace lithe::metrics {

// One score and one truth for each example. Equal scores share one point. Without examples of the
// class, or without others, the areas are not a number and the curves are empty.
RankingFigures ranking_figures(const std::vector<double>& scores,
                               const std::vector<bool>& of_class);

}  // namespace lithe::metrics
