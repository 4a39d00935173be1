// Which score of unknownness suits a network and its data, found without any unknown example: the
// known classes are left out in turn, the network is trained on the others, and each score is asked
// to tell the held-out examples of the ones from those of the others.
//
//   ScoreComparison comparison = compare_unknown_scores(model, train, options);
//   calibrate_unknown(trained, parts.train, parts.held, {.score = comparison.best});
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lithe/calibrate.h"
#include "lithe/trainer.h"

namespace lithe {

struct CompareOptions {
  std::size_t most_folds = 5;      // trainings; with more classes several are left out at once
  double epoch_share = 1.0 / 3;    // of the epochs of the whole training
  double held_out = 0.1;           // of the examples, for validation: a share, or a number
  ProgressCallback progress = {};  // of each epoch of each training
};

struct ComparisonPlan {
  std::size_t folds = 0, epochs = 0;  // trainings, and epochs of each
};

struct ScoreTrial {
  std::string score;
  std::vector<double> aurocs;    // of each training
  std::vector<double> accepted;  // share of the unknown, where 95% of the known are
  std::string failed;            // why the score could not be tried; else empty

  double auroc() const;  // means over the trainings
  double false_positives() const;
};

struct ScoreComparison {
  ComparisonPlan plan;
  std::vector<ScoreTrial> trials;  // in the order of unknown_scores()
  std::string best;                // of the largest mean AUROC
  double seconds = 0;
  bool stopped = false;  // by the progress callback
};

// What the comparison would do. Throws Error(usage) for fewer than three classes.
ComparisonPlan plan_comparison(std::size_t classes, const TrainOptions& options,
                               const CompareOptions& compare = {});

// `start` is the model before its training: layers that it took over from another one are taken
// over here as well. Throws what Trainer throws, Error(usage) for fewer than three classes,
// Error(model) where the network does not end in a dense layer.
ScoreComparison compare_unknown_scores(const Model& start, const Examples& train,
                                       const TrainOptions& options,
                                       const CompareOptions& compare = {});

}  // namespace lithe
