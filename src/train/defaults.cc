#include "lithe/defaults.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "lithe/error.h"
#include "train/check.h"

namespace lithe {

namespace {

constexpr std::size_t kLeastSide = 16;  // of an image that convolutions are worth it for
// Steps of a training, about: enough for small tables, and few passes over large ones.
constexpr double kSteps = 4000;
constexpr std::size_t kFewestEpochs = 20, kMostEpochs = 200;
constexpr std::size_t kLeastToHoldOut = 200;  // examples of which some can be spared

bool is_image(const Examples& train, const std::vector<std::size_t>& shape) {
  return train.features.type == ElementType::uint8 && shape.size() >= 2 &&
         std::min(shape[0], shape[1]) >= kLeastSide;
}

bool are_labels(const Examples& train) {
  if (train.targets == nullptr || train.target_columns < 2) return false;
  const std::size_t values = train.features.rows * train.target_columns;
  return std::all_of(train.targets, train.targets + values,
                     [](float value) { return value == 0 || value == 1; });
}

std::string network_for(const Examples& train, const std::vector<std::size_t>& shape) {
  const std::size_t outputs = train.labels != nullptr ? train.classes : train.target_columns;
  if (is_image(train, shape))
    return fmt::format(
        "conv2d(16, 3x3, padding=same) -> batch_norm -> relu -> max_pool -> conv2d(32, 3x3, "
        "padding=same) -> "
        "batch_norm -> relu -> max_pool -> flatten -> dropout(0.3) -> dense(128, relu) -> "
        "dropout(0.3) -> dense({})",
        outputs);
  return fmt::format("dense(128, relu) -> dense(64, relu) -> dense({})", outputs);
}

}  // namespace

std::string default_loss(const Model& model, const Examples& train) {
  const std::string first =
      default_training(train, model.network().input_shape().sizes).options.loss;
  for (const std::string& loss : {first, std::string("binary_cross_entropy")}) {
    try {
      train::check_training(model, train, train::parse_loss(loss).loss);
      return loss;
    } catch (const Error&) {
      // Another loss may fit; what none fits is told when the training begins.
    }
  }
  return train.labels != nullptr ? "quadratic" : first;
}

DefaultTraining default_training(const Examples& train, const std::vector<std::size_t>& shape) {
  const std::size_t rows = train.features.rows;
  DefaultTraining result;
  result.network = network_for(train, shape);
  TrainOptions& options = result.options;
  options.loss = train.labels != nullptr ? "cross_entropy"
                 : are_labels(train)     ? "binary_cross_entropy"
                                         : "mean_squared";
  options.standardize_targets = train.labels == nullptr && !are_labels(train);
  options.optimizer = "adam(one_cycle(3e-3), weight_decay=0.01)";
  options.batch =
      std::clamp<std::size_t>(std::bit_floor(std::max<std::size_t>(1, rows / 32)), 8, 64);
  options.batch = std::min(options.batch, std::max<std::size_t>(1, rows));
  const double passes = kSteps * static_cast<double>(options.batch) /
                        static_cast<double>(std::max<std::size_t>(1, rows));
  options.epochs = std::clamp(static_cast<std::size_t>(passes), kFewestEpochs, kMostEpochs);
  if (rows >= kLeastToHoldOut) {
    options.validation = 0.1;
    options.patience = options.epochs;
  }
  return result;
}

}  // namespace lithe
