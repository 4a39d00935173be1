// Figures of a model that says of several labels which of them hold.
#pragma once

#include <cstddef>
#include <vector>

#include "lithe/figures.h"

namespace lithe::metrics {

// How often a label is predicted and how often it holds: the cells of its 2x2 confusion matrix.
struct LabelCounts {
  std::size_t both = 0, predicted_only = 0, true_only = 0, neither = 0;
};

// Adds one example.
void count_label(LabelCounts& counts, bool predicted, bool truth);

LabelFigures label_figures(const LabelCounts& counts);

// Precision, recall and F1 of all labels' predictions taken together.
MeanFigures micro_mean(const std::vector<LabelCounts>& labels);

}  // namespace lithe::metrics
