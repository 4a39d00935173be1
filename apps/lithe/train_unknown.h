// "None of these" in a training: what comes before it and after it.
#pragma once

#include <optional>

#include "lithe/compare.h"
#include "train_setup.h"

namespace lithe::app {

// What was found out, for the report.
struct UnknownRun {
  std::optional<ScoreComparison> comparison;
  Calibration calibration;
  std::size_t known = 0, validation = 0;  // examples that the score is fitted and calibrated on
  double acceptance_rate = 0;             // of the validation examples
};

// For --unknown auto: tries all scores on the model as it is before its training.
std::optional<ScoreComparison> compare_scores(const TrainCommand& command, const TrainSetup& setup);

// Fits and calibrates; to be called after the training.
UnknownRun calibrate(const TrainCommand& command, TrainSetup& setup,
                     std::optional<ScoreComparison> comparison);

void print(const ScoreComparison& comparison);
void print(const UnknownRun& run);

}  // namespace lithe::app
