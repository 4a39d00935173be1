// Which classes a model has given up: an imbalanced training ends like that.
#include <algorithm>
#include <vector>

#include "lithe/evaluation_report.h"
#include "losses/outputs.h"
#include "metrics/classification.h"
#include "train/check.h"

namespace lithe {

namespace {

constexpr std::size_t kRowsTogether =
    4096;  // examples at a time, which bounds the memory of their outputs

std::vector<std::size_t> predicted_classes(const Model& model, const Features& features,
                                           losses::Loss loss) {
  const std::size_t width = model.network().output_shape().size();
  const std::vector<double> outputs = model.predict(features);
  std::vector<std::size_t> classes;
  for (std::size_t row = 0; row < features.rows; ++row)
    classes.push_back(
        losses::predicted_class(std::span(outputs).subspan(row * width, width), loss));
  return classes;
}

std::string loss_sentence(const Model& model) {
  const auto loss = model.metadata().find("lithe.loss");
  return loss == model.metadata().end() ? "quadratic" : loss->second;
}

}  // namespace

std::vector<std::size_t> never_predicted(const Model& model, const Examples& examples,
                                         std::size_t correct) {
  const std::size_t rows = examples.features.rows;
  if (examples.labels == nullptr || examples.positions > 1 || rows == 0) return {};
  std::vector<std::size_t> support(examples.classes);
  for (std::size_t row = 0; row < rows; ++row)
    ++support[static_cast<std::size_t>(examples.labels[row])];
  std::size_t rarest = rows;
  for (const std::size_t count : support)
    if (count > 0) rarest = std::min(rarest, count);
  if (rows - correct < rarest) return {};
  const losses::Loss loss = train::parse_loss(loss_sentence(model)).loss;
  std::vector<std::size_t> predicted;
  for (std::size_t first = 0; first < rows; first += kRowsTogether) {
    const Features part = examples.slice(first, kRowsTogether).features;
    const std::vector<std::size_t> classes = predicted_classes(model, part, loss);
    predicted.insert(predicted.end(), classes.begin(), classes.end());
  }
  const std::size_t classes =
      std::max(examples.classes, losses::class_count(model.network().output_shape().size(), loss));
  const auto figures = metrics::class_figures(
      metrics::confusion(std::span(examples.labels, rows), predicted), classes);
  std::vector<std::size_t> result;
  for (std::size_t c = 0; c < figures.size(); ++c)
    if (figures[c].support > 0 && figures[c].predicted == 0) result.push_back(c);
  return result;
}

}  // namespace lithe
