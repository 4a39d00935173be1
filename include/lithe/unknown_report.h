// How well a model detects unknown examples: figures for its known test examples against sets of
// unknown ones.
//
//   UnknownReport report = report_unknown(model, known.test, {{"letters", letters.test, names}});
//   for (const UnknownFigures& row : report.scores[0].rows) ... row.auroc ...
//
// Unknown examples are the positives: a higher score should mean unknown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lithe/calibrate.h"

namespace lithe {

struct UnknownSet {
  std::string name;
  Examples examples;               // their classes, if they have any, are the kinds
  std::vector<std::string> kinds;  // names of the kinds
};

struct UnknownFigures {
  std::string set, kind;  // the kind is empty for the whole set
  std::size_t examples = 0;
  double auroc = 0;  // probability that an unknown example has a higher score than a known one
  double aupr = 0;   // average precision of finding the unknown ones
  double fpr95 = 0;  // fraction of the unknown examples accepted at the threshold that accepts
                     // 95% of the known ones
  double oscr = 0;   // area under the curve of the correct classification rate of known examples
                     // over the false positive rate (Dhamija, Guenther, Boult, 2018)
  double acceptance_rate = 0;  // of the unknown examples, at the model's threshold
};

struct ScoreReport {
  std::string score;
  double threshold = 0;
  double known_acceptance_rate = 0;  // of the known examples, at the threshold
  std::vector<UnknownFigures> rows;  // each set as a whole, then its kinds if it has several
  std::vector<double> known_scores;  // of each known example
  std::vector<std::vector<double>> unknown_scores;  // of each example of each set
};

struct UnknownReport {
  std::size_t known = 0;  // number of known examples
  double accuracy = 0;    // on them
  std::vector<ScoreReport> scores;
};

struct UnknownReportOptions {
  std::vector<std::string> scores = {};  // empty: the one that the model was calibrated for
  double acceptance_rate = 0.95;         // wanted of other scores' thresholds, of known examples
  Examples fit = {}, validation = {};    // known examples to fit and calibrate other scores on
};

// Throws Error(model) for a model that is not calibrated, and for a score that it was not
// calibrated for where `fit` or `validation` is empty; the error says which command to run. Throws
// Error(data) for known examples without classes, and for empty sets.
UnknownReport report_unknown(const Model& model, const Examples& known,
                             const std::vector<UnknownSet>& unknown,
                             const UnknownReportOptions& options = {});

// An SVG file: the acceptance rate of known examples over that of unknown ones, a curve for each
// set.
std::string draw_unknown_curves(const ScoreReport& report);

// The `count` rows with the lowest and the highest scores. The unknown examples with the lowest
// scores and the known ones with the highest are those that the score gets most wrong.
std::vector<std::size_t> lowest_rows(const std::vector<double>& scores, std::size_t count);
std::vector<std::size_t> highest_rows(const std::vector<double>& scores, std::size_t count);

}  // namespace lithe
