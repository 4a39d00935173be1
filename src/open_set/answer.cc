// Answers of a calibrated model.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lithe/error.h"
#include "open_set/scorer.h"

namespace lithe {

using open_set::Scorer;

struct Answerer::State {
  const Model& model;
  Calibration calibration;
  Scorer scorer;
  std::size_t classes;
};

namespace {

Calibration required_calibration(const Model& model) {
  if (auto found = calibration_of(model)) return *found;
  throw Error(ErrorKind::model, "the model holds no score of what is unknown", {},
              "lithe calibrate MODEL --data DATA --unknown energy, or train it with --unknown");
}

// The two largest sums, and their shares of the softmax at that temperature.
void rank(const double* logits, std::size_t classes, double temperature, Answer& answer) {
  for (std::size_t c = 1; c < classes; ++c)
    if (logits[c] > logits[answer.best]) answer.best = c;
  answer.runner_up = answer.best == 0 && classes > 1 ? 1 : 0;
  double sum = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    sum += std::exp((logits[c] - logits[answer.best]) / temperature);
    if (c != answer.best && logits[c] > logits[answer.runner_up]) answer.runner_up = c;
  }
  answer.confidence = 1 / sum;
  answer.runner_up_confidence =
      std::exp((logits[answer.runner_up] - logits[answer.best]) / temperature) / sum;
}

}  // namespace

Answerer::Answerer(const Model& model) {
  const Calibration calibration = required_calibration(model);
  state_ =
      std::make_unique<State>(State{model, calibration, Scorer::restore(calibration.score, model),
                                    open_set::known_classes(model)});
}
Answerer::Answerer(Answerer&&) noexcept = default;
Answerer::~Answerer() = default;

const Calibration& Answerer::calibration() const { return state_->calibration; }

double share_accepted(const Model& model, const Features& features) {
  const std::vector<Answer> answers = Answerer(model).answer(features);
  const auto accepted = std::ranges::count_if(answers, [](const Answer& a) { return !a.unknown; });
  return answers.empty() ? 0 : static_cast<double>(accepted) / static_cast<double>(answers.size());
}

std::vector<Answer> Answerer::answer(const Features& features) const {
  std::vector<Answer> result(features.rows);
  Examples examples;
  examples.features = features;
  open_set::for_each_part(state_->model, examples, [&](const Evidence& part, std::size_t first) {
    const std::vector<double> scores = state_->scorer.score(part);
    for (std::size_t i = 0; i < part.rows; ++i) {
      Answer& answer = result[first + i];
      answer.score = scores[i];
      // Turned around, so that what is no number is unknown.
      answer.unknown = !(scores[i] <= state_->calibration.threshold);
      rank(&part.logits[i * part.classes], state_->classes, state_->calibration.temperature,
           answer);
    }
  });
  return result;
}

}  // namespace lithe
