// How a model learned, epoch by epoch, kept with the model as its note "lithe.history".
//
//   std::vector<EpochReport> reports; ... reports.push_back(trainer.run_epoch()); ...
//   keep_history(model, reports, train, test);
//   model.save("m.safetensors");
//   for (const EpochFigures& epoch : history_of(model)) ... epoch.test_loss ...
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/model.h"
#include "lithe/trainer.h"

namespace lithe {

// The figures of one epoch; not a number where nothing was measured. Accuracies lie from 0 to 1.
struct EpochFigures {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::size_t epoch = 0;  // from 1
  double loss = kNone;    // of the training examples, while the weights changed
  double validation_loss = kNone, validation_accuracy = kNone;
  double test_loss = kNone, test_accuracy = kNone, test_rmse = kNone;
  double learning_rate = kNone;  // of the last step
};

// The most epochs that a history has.
inline constexpr std::size_t kMostHistory = 300;

// Keeps the figures of the epochs of a training on `learned`, to six digits. Of more than
// kMostHistory epochs that many are kept, evenly spread, the first and the last among them. Without
// epochs the history is removed.
void keep_history(Model& model, const std::vector<EpochReport>& epochs, const Examples& learned,
                  const Examples& test);

// Empty where the model has none. Throws Error(model) for a note that keep_history cannot have
// written.
std::vector<EpochFigures> history_of(const Model& model);

// A picture (SVG) of loss, score and learning rate by epoch.
std::string draw_history(const std::vector<EpochFigures>& history);

}  // namespace lithe
