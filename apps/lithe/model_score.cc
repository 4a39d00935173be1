#include "model_score.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/figure.h"
#include "target_scores.h"
#include "terminal.h"
#include "train_report.h"

namespace lithe::app {

ModelScore score_of(const Model& model, const Examples& test, const std::string& loss) {
  const Evaluation result = evaluate(model, test, loss);
  ModelScore score;
  score.labels = are_labels(test, loss);
  score.classes = test.labels != nullptr || score.labels;
  score.targets = std::max<std::size_t>(1, test.target_columns);
  score.correct = result.correct, score.total = result.total;
  score.value = score.classes
                    ? static_cast<double>(result.correct) / static_cast<double>(result.total)
                    : result.rmse;
  return score;
}

std::string score_text(const ModelScore& score) {
  if (score.labels) return accuracy_text(score.correct, score.total) + " all labels right";
  return score.classes
             ? accuracy_text(score.correct, score.total)
             : fmt::format("rmse {}{}", base::figure(score.value), over_targets(score.targets));
}

const char* score_name(const ModelScore& score) {
  return score.labels ? "subset_accuracy" : score.classes ? "accuracy" : "rmse";
}

}  // namespace lithe::app
