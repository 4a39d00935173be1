// Chooses an out-of-distribution score for a network and its data without any unknown example. Each
// fold leaves out some of the known classes and trains the network on the others. The validation
// examples of the left-out classes then are the unknown ones that each score must detect.
//
//   ScoreComparison comparison = compare_unknown_scores(model, train, options);
//   calibrate_unknown(trained, parts.train, parts.validation, {.score = comparison.best});
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lithe/calibrate.h"
#include "lithe/trainer.h"

namespace lithe {

struct CompareOptions {
  std::size_t most_folds = 5;      // at most; with more classes, a fold leaves several out
  double epoch_share = 1.0 / 3;    // epochs of each fold, as a fraction of the whole training's
  double validation = 0.1;         // of the examples: a fraction, or a number from 1 on
  ProgressCallback progress = {};  // called within each epoch of each fold
};

struct ComparisonPlan {
  std::size_t folds = 0, epochs = 0;  // epochs of each fold
};

struct ScoreTrial {
  std::string score;
  std::vector<double> aurocs;                // of each fold
  std::vector<double> false_positive_rates;  // of each fold, at a true positive rate of 95%
  std::string failed;                        // why the score could not be fitted; empty if it could

  double auroc() const;  // means over the folds
  double false_positive_rate() const;
};

struct ScoreComparison {
  ComparisonPlan plan;
  std::vector<ScoreTrial> trials;  // in the order of unknown_scores()
  std::string best;                // the score with the largest mean AUROC
  double seconds = 0;
  bool stopped = false;  // by the progress callback
};

// The folds and epochs of a comparison. Throws Error(usage) for fewer than three classes.
ComparisonPlan plan_comparison(std::size_t classes, const TrainOptions& options,
                               const CompareOptions& compare = {});

// `start` is the model before its training. Each fold starts from its values, so that layers taken
// from another model are used here too. Throws what Trainer throws, Error(usage) for fewer than
// three classes, Error(model) where the network does not end in a dense layer.
ScoreComparison compare_unknown_scores(const Model& start, const Examples& train,
                                       const TrainOptions& options,
                                       const CompareOptions& compare = {});

}  // namespace lithe
