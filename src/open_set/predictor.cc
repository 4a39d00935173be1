// Predictions of a calibrated model.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/examples/scale.h"
#include "lithe/error.h"
#include "open_set/scorer.h"

namespace lithe {

using open_set::Scorer;

struct OpenSetPredictor::State {
  const Model& model;
  Calibration calibration;
  Scorer scorer;
  std::size_t classes;
};

namespace {

Calibration required_calibration(const Model& model) {
  if (auto found = calibration_of(model)) return *found;
  throw Error(ErrorKind::model, "the model is not calibrated to detect unknown examples", {},
              "lithe calibrate MODEL --data DATA --unknown energy, or train it with --unknown");
}

// The classes of the two largest logits, and their probabilities at the temperature.
void rank(const double* logits, std::size_t classes, double temperature,
          OpenSetPrediction& result) {
  for (std::size_t c = 1; c < classes; ++c)
    if (logits[c] > logits[result.best]) result.best = c;
  result.runner_up = result.best == 0 && classes > 1 ? 1 : 0;
  double sum = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    sum += std::exp((logits[c] - logits[result.best]) / temperature);
    if (c != result.best && logits[c] > logits[result.runner_up]) result.runner_up = c;
  }
  result.confidence = 1 / sum;
  result.runner_up_confidence =
      std::exp((logits[result.runner_up] - logits[result.best]) / temperature) / sum;
}

}  // namespace

OpenSetPredictor::OpenSetPredictor(const Model& model) {
  const Calibration calibration = required_calibration(model);
  state_ =
      std::make_unique<State>(State{model, calibration, Scorer::restore(calibration.score, model),
                                    open_set::known_classes(model)});
}
OpenSetPredictor::OpenSetPredictor(OpenSetPredictor&&) noexcept = default;
OpenSetPredictor::~OpenSetPredictor() = default;

const Calibration& OpenSetPredictor::calibration() const { return state_->calibration; }

double acceptance_rate(const Model& model, const Features& features) {
  const std::vector<OpenSetPrediction> predictions = OpenSetPredictor(model).predict(features);
  const auto accepted =
      std::ranges::count_if(predictions, [](const OpenSetPrediction& p) { return !p.unknown; });
  return predictions.empty()
             ? 0
             : static_cast<double>(accepted) / static_cast<double>(predictions.size());
}

std::vector<OpenSetPrediction> OpenSetPredictor::predict(const Features& features) const {
  std::vector<OpenSetPrediction> result(features.rows);
  Examples examples;
  examples.features = data::in_scale(features, state_->model.preprocessing().divisor);
  open_set::for_each_part(state_->model, examples, [&](const Evidence& part, std::size_t first) {
    const std::vector<double> scores = state_->scorer.score(part);
    for (std::size_t i = 0; i < part.rows; ++i) {
      OpenSetPrediction& prediction = result[first + i];
      prediction.score = scores[i];
      // Written this way, so that a score that is NaN means unknown.
      prediction.unknown = !(scores[i] <= state_->calibration.threshold);
      rank(&part.logits[i * part.classes], state_->classes, state_->calibration.temperature,
           prediction);
    }
  });
  return result;
}

}  // namespace lithe
