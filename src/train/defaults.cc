#include "lithe/defaults.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "catalogue/catalogue.h"
#include "lithe/error.h"
#include "losses/loss.h"
#include "train/check.h"

namespace lithe {

namespace {

constexpr std::size_t kLeastSide = 16;  // of an image that convolutions are worth it for

// Chosen on the tables of bench/defaults, with other seeds than those of docs/defaults.md, which
// shows what they reach. On the sixteen tables of at most 3,000 rows (five seeds) root mean squared
// errors are 11% lower and wrong classes 17% fewer (geometric means) than with layers of 128 and 64
// units without dropout, a weight decay of 0.01, and the best of up to 200 epochs by a validation
// tenth.
// - Dropout, weight decay and fewer steps keep small tables from being learned by heart. The decay
//   is 0.1 for thousands of rows and more for fewer, so that it is much the same in an epoch; with
//   0.1 for all there are 11% more wrong classes and 2% larger errors.
// - All rows are learned from: a validation tenth of Bikeshare (8,645 rows) raises its error from
//   45.9 to 51.3. Many rows with few of a class are the exception: of Caravan (5,822 rows) 6.4%
//   are wrong instead of 7.5% where the best epoch is kept.
// - 50 epochs at least: after 20 the error on Bikeshare is 74.8.
constexpr double kSteps = 2000;
constexpr std::size_t kFewestPasses = 50, kMostPasses = 100;
// Beyond this number of rows no more examples are seen, in fewer epochs: at least kFewestOfMany.
constexpr std::size_t kManyRows = 10'000, kFewestOfMany = 10;
constexpr double kValidation = 0.1;
constexpr std::size_t kLeastToHoldOut = 2000, kLeastPicturesToHoldOut = 200;

bool is_image(const Examples& train, const std::vector<std::size_t>& shape) {
  return train.features.type == ElementType::uint8 && shape.size() >= 2 &&
         std::min(shape[0], shape[1]) >= kLeastSide;
}

// Windows of tokens, with the next one as the answer at each position.
bool is_text(const Examples& train) {
  return train.features.type == ElementType::int32 && train.labels != nullptr &&
         train.positions > 1;
}

// Texts as examples: the numbers of their tokens.
bool is_tokens(const Examples& train, const std::vector<std::size_t>& shape) {
  return train.features.type == ElementType::int32 && train.features.lengths != nullptr &&
         shape.size() == 1;
}

// How many numbers tokens have. Of those of a vocabulary each is met.
std::size_t token_count(const Features& features) {
  std::int32_t most = 0;
  for (std::size_t row = 0; row < features.rows; ++row) {
    const auto* const tokens = reinterpret_cast<const std::int32_t*>(features.row(row));
    most = std::max(most, *std::max_element(tokens, tokens + features.lengths[row]));
  }
  return static_cast<std::size_t>(most) + 1;
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
  if (is_text(train))
    return fmt::format("embedding({0}, 64) -> lstm(256, all) -> dropout(0.1) -> dense({0})",
                       outputs);
  if (is_tokens(train, shape))
    return fmt::format("embedding({}, 32) -> mean_over_time -> dense({})",
                       token_count(train.features), outputs);
  if (train.features.lengths != nullptr)
    return fmt::format("bidirectional(gru(64)) -> dropout(0.3) -> dense({})", outputs);
  return fmt::format(
      "dense(256, relu) -> dropout(0.2) -> dense(128, relu) -> dropout(0.2) -> dense({})", outputs);
}

std::size_t batch_for(std::size_t rows) {
  const std::size_t batch = std::bit_floor(std::max<std::size_t>(1, rows / 32));
  return std::min(std::clamp<std::size_t>(batch, 8, 64), std::max<std::size_t>(1, rows));
}

std::size_t epochs_for(std::size_t rows, std::size_t batch) {
  if (rows > kManyRows) return std::max(kFewestOfMany, kFewestPasses * kManyRows / rows);
  const double passes =
      kSteps * static_cast<double>(batch) / static_cast<double>(std::max<std::size_t>(1, rows));
  return std::clamp(static_cast<std::size_t>(passes), kFewestPasses, kMostPasses);
}

// As many as make kSteps steps, in reason: 100 epochs of one step each learn nothing.
std::size_t epochs_of_steps(std::size_t rows, std::size_t batch) {
  constexpr std::size_t kMost = 1000;
  const std::size_t steps = (rows + batch - 1) / batch;  // in an epoch
  return std::min(kMost, static_cast<std::size_t>(kSteps) / std::max<std::size_t>(1, steps));
}

double weight_decay_for(std::size_t rows) {
  return std::clamp(300 / static_cast<double>(std::max<std::size_t>(1, rows)), 0.1, 1.0);
}

// "embed_columns(2973x50, 13)"
std::string embed_columns_of(const std::vector<std::vector<std::size_t>>& columns) {
  std::vector<std::string> parts;
  for (const auto& sizes : columns) parts.push_back(Shape{sizes}.to_string());
  return fmt::format("embed_columns({})", fmt::join(parts, ", "));
}

}  // namespace

Network with_table_input(const Network& network,
                         const std::vector<std::vector<std::size_t>>& columns, bool standardize) {
  const bool embeds = !columns.empty();
  const Sentence& layers = network.layers();
  std::size_t front = network.has_input() ? 1 : 0;
  const auto comes = [&](const char* name) {
    return front < layers.size() && layers[front].name == name;
  };
  // What its input looks like is then its own affair.
  const bool speaks = front > 0 || comes("standardize") || comes("embedding");
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < front; ++i) parts.push_back(catalogue::print_layer(layers[i]));
  if (comes("standardize"))
    ++front, parts.emplace_back("standardize");
  else if (standardize && !speaks)
    parts.emplace_back("standardize");
  if (embeds && comes("embedding"))
    throw Error(ErrorKind::sentence,
                "embedding takes rows of categories alone, and columns of the table are embedded",
                network.to_string(), "leave --embed out, or the layer embedding");
  if (embeds && !comes("embed_columns")) parts.push_back(embed_columns_of(columns));
  for (std::size_t i = front; i < layers.size(); ++i)
    parts.push_back(catalogue::print_layer(layers[i]));
  return Network::parse(fmt::format("{}", fmt::join(parts, " -> ")));
}

void check_text_input(const Network& network, std::size_t tokens) {
  const Sentence& layers = network.layers();
  const std::size_t front = network.has_input() ? 1 : 0;
  const bool embeds = front < layers.size() && layers[front].name == "embedding";
  if (embeds && layers[front].integer("categories") >= tokens) return;
  throw Error(ErrorKind::sentence,
              embeds ? fmt::format("the texts have {} different tokens, and embedding takes {}",
                                   tokens, layers[front].integer("categories"))
                     : "the network does not begin with an embedding, and takes the numbers of "
                       "tokens for quantities",
              network.to_string(), fmt::format("embedding({}, 32) in front", tokens));
}

std::string default_loss(const Model& model, const Examples& train) {
  const std::string first =
      default_training(train, model.network().input_shape().sizes).options.loss;
  if (are_labels(train)) {
    // A loss that fits such an end would learn numbers, not labels.
    train::check_training(model, train, train::parse_loss(first).loss);
    return first;
  }
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

bool are_labels(const Examples& examples) {
  if (examples.targets == nullptr || examples.target_columns < 2) return false;
  const std::size_t values = examples.answers() * examples.target_columns;
  return std::all_of(examples.targets, examples.targets + values,
                     [](float value) { return value == 0 || value == 1; });
}

bool are_labels(const Examples& examples, const std::string& loss) {
  return losses::outputs_of(train::parse_loss(loss).loss) == losses::Outputs::sigmoid_logits &&
         are_labels(examples);
}

DefaultTraining default_training(const Examples& train, const std::vector<std::size_t>& shape,
                                 std::size_t batch) {
  const std::size_t rows = train.features.rows;
  DefaultTraining result;
  result.network = network_for(train, shape);
  TrainOptions& options = result.options;
  options.loss = train.labels != nullptr ? "cross_entropy"
                 : are_labels(train)     ? "binary_cross_entropy"
                                         : "mean_squared";
  options.standardize_targets = train.labels == nullptr && !are_labels(train);
  options.optimizer =
      fmt::format("adamw(one_cycle(3e-3), weight_decay={:.2g})", weight_decay_for(rows));
  options.batch = batch_for(rows);
  options.epochs = epochs_for(rows, options.batch);
  // On the characters of Moby-Dick a network with cells came further in the same time than
  // transformer blocks.
  if (is_text(train)) {
    options.optimizer = "adamw(one_cycle(5e-3), weight_decay=0.01)";
    options.batch = std::min<std::size_t>(16, std::max<std::size_t>(1, rows));
    options.epochs = kFewestOfMany;
    if (batch > 0) options.batch = batch;
    return result;
  }
  if (batch > 0) {
    options.batch = batch;
    options.epochs = std::max(options.epochs, epochs_of_steps(rows, batch));
  }
  if (train.labels != nullptr &&
      rows >= (is_image(train, shape) ? kLeastPicturesToHoldOut : kLeastToHoldOut)) {
    options.validation = kValidation;
    options.patience = options.epochs;
  }
  return result;
}

}  // namespace lithe
