// Calibration of confidence: of the predictions with a confidence of 80%, 80% should be correct.
// Confidences lie between 0 and 1.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lithe/figures.h"

namespace lithe::metrics {

// Bins of equal width from 0 to 1 (Guo and others, "On calibration of modern neural networks",
// 2017, who take 15); some may be empty. A confidence out of range is put into the nearest bin.
std::vector<ReliabilityBin> reliability(const std::vector<double>& confidences,
                                        const std::vector<bool>& correct, std::size_t bins = 15);

// Bins of equally many examples, up to rounding, none of them empty (Nguyen and O'Connor,
// "Posterior calibration and exploratory analysis for natural language processing models", 2015).
// There are fewer bins where there are fewer examples.
std::vector<ReliabilityBin> reliability_by_count(const std::vector<double>& confidences,
                                                 const std::vector<bool>& correct,
                                                 std::size_t bins = 15);

// |accuracy - confidence|: the mean over the bins weighted by their examples, and the maximum (both
// Guo and others, 2017). 0 without examples.
double expected_calibration_error(const std::vector<ReliabilityBin>& bins);
double maximum_calibration_error(const std::vector<ReliabilityBin>& bins);

// One example's term of the Brier score, which is the mean of them: the sum over the classes of
// (probability - 1 for the true class or 0 for another)^2, from 0 to 2 (Brier, "Verification of
// forecasts expressed in terms of probability", 1950).
double brier(std::span<const double> probabilities, std::size_t truth);

}  // namespace lithe::metrics
