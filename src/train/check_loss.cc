// Whether a loss suits the end of a network and what the examples have to be answered.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>

#include "graph/op.h"
#include "lithe/error.h"
#include "losses/loss.h"
#include "train/check.h"
#include "train/model_data.h"

namespace lithe::train {

namespace {

// The function that the outputs come from, if it gives probabilities: its name; otherwise empty.
// What does nothing outside of training does not count.
std::string_view probabilities_at_end(const graph::Graph& graph) {
  graph::SlotId slot = graph.output();
  for (auto operation = graph.operations.rbegin(); operation != graph.operations.rend();
       ++operation) {
    if (operation->op->output() != slot) continue;
    const graph::Traits traits = operation->op->traits();
    if (!traits.identity_at_inference) return traits.probabilities;
    slot = operation->op->inputs().front();
  }
  return {};
}

void check_end(const Model& model, std::string_view loss) {
  const std::string_view end = probabilities_at_end(data_of(model).graph);
  if (end.empty()) return;
  throw Error(
      ErrorKind::data,
      fmt::format("the loss {} takes logits, and the network ends in {}", loss, end),
      model.network().to_string(),
      fmt::format("leave {0} out at the end (the answers are probabilities all the same), or "
                  "take another loss: quadratic",
                  end));
}

// Where every example has the same class, any answer that is always the same is right.
void check_several_classes(const Examples& examples) {
  const std::span labels(examples.labels, examples.answers());
  if (labels.size() < 2) return;
  const auto first = std::ranges::find_if(labels, [](auto label) { return label != kNoTarget; });
  if (std::any_of(first, labels.end(),
                  [&](auto label) { return label != kNoTarget && label != *first; }))
    return;
  throw Error(ErrorKind::data, "all examples have the same class: there is nothing to tell apart",
              {}, "data with examples of at least two classes");
}

void check_outputs_have_classes(std::size_t outputs, std::size_t classes) {
  if (outputs <= std::max<std::size_t>(1, classes)) return;
  throw Error(ErrorKind::data,
              fmt::format("the network has {} outputs and the data have {} classes: it would "
                          "predict classes that do not exist",
                          outputs, classes),
              {}, fmt::format("end the network with {} units", classes));
}

bool is_distribution(std::span<const float> row) {
  constexpr double kRounding = 1e-3;
  double sum = 0;
  for (const float value : row) {
    if (!(value >= 0)) return false;
    sum += static_cast<double>(value);
  }
  return row.size() > 1 && std::abs(sum - 1) <= kRounding;
}

bool are_probabilities(std::span<const float> row) {
  return std::ranges::all_of(row, [](float value) { return value >= 0 && value <= 1; });
}

std::size_t outputs_of_answer(const Model& model) {
  const graph::Graph& graph = data_of(model).graph;
  return graph.slots[graph.output()].columns;
}

void check_targets(const Examples& examples, std::string_view loss, losses::Targets wanted) {
  const bool distribution = wanted == losses::Targets::distribution;
  for (std::size_t answer = 0; answer < examples.answers(); ++answer) {
    const std::size_t row = answer / examples.answer_stride;
    if (!examples.counts(row, answer % examples.answer_stride)) continue;
    const std::span values(examples.targets + answer * examples.target_columns,
                           examples.target_columns);
    if (distribution ? is_distribution(values) : are_probabilities(values)) continue;
    throw Error(
        ErrorKind::data,
        fmt::format("the loss {} is for classes, and the examples have numbers to predict", loss),
        fmt::format("example {}, whose numbers {}", row + 1,
                    distribution ? "are not probabilities that sum to 1"
                                 : "are not probabilities from 0 to 1"),
        "a loss for numbers: mean_squared, mean_absolute or huber");
  }
}

}  // namespace

void check_training(const Model& model, const Examples& examples, losses::Loss loss) {
  check_examples(model, examples, loss);
  const losses::Row& row = losses::row(loss);
  if (losses::takes_logits(loss)) check_end(model, row.name);
  if (examples.labels != nullptr) check_several_classes(examples);
  if (examples.labels != nullptr)
    check_outputs_have_classes(outputs_of_answer(model), examples.classes);
  else if (row.targets != losses::Targets::numbers)
    check_targets(examples, row.name, row.targets);
}

}  // namespace lithe::train
