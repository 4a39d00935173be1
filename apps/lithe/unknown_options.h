// What commands are told about "none of these".
#pragma once

#include <string>
#include <vector>

#include "parse.h"

namespace lithe::app {

inline constexpr const char *kAuto = "auto", *kBackground = "background",
                            *kOutlierExposure = "outlier_exposure";
// Of --outliers: made of the training images themselves.
inline constexpr const char* kCorrupted = "corrupted";
// Of --outlier-classes.
inline constexpr const char* kAllClasses = "all";
inline constexpr double kCalibrationShare = 0.1;  // of the training examples

struct UnknownChoice {
  std::string score;  // a score's sentence, or one of the words above; empty: not asked for
  std::string acceptance_text = "95%";
  std::vector<std::string> outliers, outlier_classes;
  double acceptance_rate = 0.95, outlier_weight = 0.5;

  bool asked() const { return !score.empty(); }
  // The score to calibrate, where it is known before the training: outlier exposure goes with
  // energy.
  std::string fitted_score() const { return score == kOutlierExposure ? "energy" : score; }
};

// --unknown, --unknown-acceptance, and with `outliers` --outliers and --outlier-weight.
void add_unknown_options(Options& app, UnknownChoice& choice, bool outliers);

// "95%": above 0, at most 1. Throws Error(usage).
double parse_acceptance_rate(const std::string& text);

// Read the share. Throw Error(usage) for options that do not go together, Error(sentence) for a
// score that there is not.
void check_for_training(UnknownChoice& choice);
void check_for_calibration(UnknownChoice& choice);

}  // namespace lithe::app
