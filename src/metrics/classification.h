// Figures of a classifier: confusion matrix, precision and recall, top-k accuracy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lithe/figures.h"

namespace lithe::metrics {

// The nonzero cells of the confusion matrix, sorted by true and then by predicted class. Both lists
// have one class for each example.
std::vector<ConfusionCell> confusion(std::span<const std::int32_t> truth,
                                     std::span<const std::size_t> predicted);

// One entry for each class. The cells' classes must be below `classes`.
std::vector<ClassFigures> class_figures(const std::vector<ConfusionCell>& cells,
                                        std::size_t classes);

// Means over the classes: unweighted, over those that have examples or predictions, and weighted by
// their examples. Zero where there are none.
MeanFigures macro_mean(const std::vector<ClassFigures>& figures);
MeanFigures weighted_mean(const std::vector<ClassFigures>& figures);

// The number of classes that rank before the true one: those with a larger output, and those with
// an equal output and a lower number, since the first of the largest outputs is predicted.
std::size_t rank_of(std::span<const double> outputs, std::size_t truth);

// The top-k accuracy: the fraction of ranks below k. `ranks` must not be empty.
double top_k(const std::vector<std::size_t>& ranks, std::size_t k);

}  // namespace lithe::metrics
