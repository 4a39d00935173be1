// The score of a model on test rows, in one figure.
#pragma once

#include <cstddef>
#include <string>

#include "lithe/model.h"
#include "lithe/trainer.h"

namespace lithe::app {

struct ModelScore {
  bool classes = false, labels = false;  // otherwise numbers
  std::size_t correct = 0, total = 0;
  double value = 0;  // the share of right answers, or RMSE
  std::size_t targets = 1;
};

ModelScore score_of(const Model& model, const Examples& test, const std::string& loss);

// "9812/10000", "rmse 0.51", "912/1000 all labels right".
std::string score_text(const ModelScore& score);
// "accuracy", "subset_accuracy" or "rmse".
const char* score_name(const ModelScore& score);

}  // namespace lithe::app
