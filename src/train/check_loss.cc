// Whether a loss suits the end of a network and what the examples have to be answered.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>

#include "activations/activation.h"
#include "lithe/error.h"
#include "losses/requirements.h"
#include "train/check.h"

namespace lithe::train {

namespace {

// Layers that change no value outside of training.
constexpr std::string_view kNothing[] = {"flatten",         "identity",      "dropout",
                                         "spatial_dropout", "alpha_dropout", "gaussian_noise"};

bool is_among(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// Whether the outputs of the activation are probabilities.
bool gives_probabilities(std::string_view activation) {
  if (activation == "softmax") return true;
  const auto* row =
      std::ranges::find(activations::kActivations, activation, &activations::Row::name);
  return row != std::end(activations::kActivations) && row->probabilities;
}

// The component of a layer's argument `activation`; null where it has none.
const Component* activation_of(const Component& layer) {
  for (const auto& [name, value] : layer.arguments)
    if (name == "activation") return std::get_if<Component>(&value);
  return nullptr;
}

// The last layer that changes a value, or the activation that it ends with; null: there is none.
const Component* end_of(const Sentence& layers) {
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    if (is_among(layer->name, kNothing)) continue;
    if (layer->name == "repeat") {
      if (const Component* end = end_of(layer->network("layers"))) return end;
      continue;
    }
    const Component* activation = activation_of(*layer);
    return activation != nullptr ? activation : &*layer;
  }
  return nullptr;
}

void check_end(const Network& network, std::string_view loss) {
  const Component* end = end_of(network.layers());
  if (end == nullptr || !gives_probabilities(end->name)) return;
  throw Error(ErrorKind::data,
              fmt::format("the loss {} takes logits, and the network ends in {}", loss, end->name),
              network.to_string(),
              fmt::format("leave {} out at the end, or take another loss: quadratic", end->name));
}

// Where every example has the same class, any answer that is always the same is right.
void check_several_classes(const Examples& examples) {
  const std::span labels(examples.labels, examples.features.rows);
  if (labels.size() < 2 ||
      std::ranges::adjacent_find(labels, std::ranges::not_equal_to()) != labels.end())
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

void check_targets(const Examples& examples, std::string_view loss, losses::Targets wanted) {
  const bool distribution = wanted == losses::Targets::distribution;
  for (std::size_t row = 0; row < examples.features.rows; ++row) {
    const std::span values(examples.targets + row * examples.target_columns,
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
  const losses::Requirements wanted = losses::requirements(loss);
  const std::string_view name = losses::kLosses[static_cast<std::size_t>(loss)].name;
  if (wanted.logits) check_end(model.network(), name);
  if (examples.labels != nullptr) check_several_classes(examples);
  if (examples.labels != nullptr)
    check_outputs_have_classes(model.network().output_shape().size(), examples.classes);
  else if (wanted.targets != losses::Targets::numbers)
    check_targets(examples, name, wanted.targets);
}

}  // namespace lithe::train
