// How well a model tells what it knows from what it does not: figures for known examples against
// sets of unknown ones.
//
//   UnknownReport report = report_unknown(model, known.test, {{"letters", letters.test, names}});
//   for (const UnknownFigures& row : report.scores[0].rows) ... row.auroc ...
//
// Unknown is what is to be found: a higher score should mean unknown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lithe/calibrate.h"

namespace lithe {

struct UnknownSet {
  std::string name;
  Examples examples;  // their classes, where they have any, are the kinds
  std::vector<std::string> kinds;
};

struct UnknownFigures {
  std::string set, kind;  // kind is empty for the set as a whole
  std::size_t examples = 0;
  double auroc = 0;     // probability that an unknown example has a higher score than a known one
  double aupr = 0;      // average precision of finding the unknown ones
  double fpr95 = 0;     // share of the unknown accepted at the threshold that accepts 95% of the
                        // known examples
  double oscr = 0;      // area under the share of known examples accepted and read right, over the
                        // share of unknown accepted (Dhamija, Guenther, Boult, 2018)
  double accepted = 0;  // share of the unknown accepted at the model's threshold
};

struct ScoreReport {
  std::string score;
  double threshold = 0;
  double known_accepted = 0;         // share of the known examples accepted at the threshold
  std::vector<UnknownFigures> rows;  // each set as a whole, then its kinds where it has several
  std::vector<double> known_scores;  // of each known example
  std::vector<std::vector<double>> unknown_scores;  // of each example of each set
};

struct UnknownReport {
  std::size_t known = 0;  // examples
  double accuracy = 0;    // share of them whose likeliest class is right
  std::vector<ScoreReport> scores;
};

struct UnknownReportOptions {
  std::vector<std::string> scores = {};  // none: the one that the model was calibrated for
  double share = 0.95;                   // of known examples that other scores' thresholds accept
  Examples fit = {}, held = {};          // known examples to fit and calibrate other scores by
};

// Throws Error(model) for a model that is not calibrated, or a score that it was not calibrated for
// while there is nothing to fit it on: both say what to run. Throws Error(data) for known examples
// without classes, or empty sets.
UnknownReport report_unknown(const Model& model, const Examples& known,
                             const std::vector<UnknownSet>& unknown,
                             const UnknownReportOptions& options = {});

// The share of known examples accepted over the share of unknown accepted, a line for each set; an
// SVG file.
std::string draw_unknown_curves(const ScoreReport& report);

// The `count` rows that fool the score most: the lowest scores of unknown examples, or the highest
// of known ones.
std::vector<std::size_t> lowest_rows(const std::vector<double>& scores, std::size_t count);
std::vector<std::size_t> highest_rows(const std::vector<double>& scores, std::size_t count);

}  // namespace lithe
