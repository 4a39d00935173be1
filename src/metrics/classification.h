// Which classes are taken for which, and how well each is found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lithe/figures.h"

namespace lithe::metrics {

// The confusion matrix, by truth and then by answer; what never happens has no cell. Both have one
// class, 0 or more, for each example.
std::vector<ConfusionCell> confusion(std::span<const std::int32_t> truth,
                                     std::span<const std::size_t> answers);

// One entry a class. The cells' classes must be below `classes`.
std::vector<ClassFigures> class_figures(const std::vector<ConfusionCell>& cells,
                                        std::size_t classes);

// `macro`: each class alike that has examples or is given as an answer; `weighted`: each class by
// its examples. Zeros where there are none.
MeanFigures macro_mean(const std::vector<ClassFigures>& figures);
MeanFigures weighted_mean(const std::vector<ClassFigures>& figures);

// How many classes an example's outputs place before its own: those with more, and of those with as
// much the ones with a lower number, as in taking the first of the largest for the answer.
std::size_t rank_of(std::span<const double> outputs, std::size_t truth);

// The share of ranks below k: of examples whose class is among the k likeliest. There must be some.
double top_k(const std::vector<std::size_t>& ranks, std::size_t k);

}  // namespace lithe::metrics
