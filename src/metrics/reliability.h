// Whether confidence can be believed: of the answers given with 80% of it, 80% should be right.
// Confidences are shares, from 0 to 1; `right` says of each example whether its answer is.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lithe/figures.h"

namespace lithe::metrics {

// Bins of equal width from 0 to 1 (Guo and others, "On calibration of modern neural networks",
// 2017, who take 15); some may be empty. A confidence outside is put into the nearest.
std::vector<ReliabilityBin> reliability(const std::vector<double>& confidences,
                                        const std::vector<bool>& right, std::size_t bins = 15);

// Bins of equal numbers of examples, or as near as whole numbers come: none is empty (Nguyen and
// O'Connor, "Posterior calibration and exploratory analysis for natural language processing
// models", 2015). There are fewer bins where there are fewer examples.
std::vector<ReliabilityBin> reliability_by_count(const std::vector<double>& confidences,
                                                 const std::vector<bool>& right,
                                                 std::size_t bins = 15);

// |accuracy - confidence|: the mean over bins by their examples, and the largest of any (both Guo
// and others, 2017). 0 of no examples.
double expected_calibration_error(const std::vector<ReliabilityBin>& bins);
double maximum_calibration_error(const std::vector<ReliabilityBin>& bins);

// The sum over classes of (share - 1 for the true class, 0 for others)^2, from 0 to 2 (Brier,
// "Verification of forecasts expressed in terms of probability", 1950): of one example. A score is
// their mean.
double brier(std::span<const double> shares, std::size_t truth);

}  // namespace lithe::metrics
