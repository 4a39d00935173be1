// What a failure to learn is blamed on first, read from the examples.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "data/examples/elements.h"
#include "lithe/data_diagnosis.h"
#include "losses/loss.h"
#include "ops/embed_columns.h"
#include "train/check.h"
#include "train/model_data.h"
#include "train/target_scaling.h"

namespace lithe {

namespace {

constexpr std::size_t kMostRows = 10'000;  // that inputs are judged by
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double feature_at(const Features& features, std::size_t row, std::size_t column) {
  return data::with_element(features.type, [&]<typename V>(V) {
    return static_cast<double>(reinterpret_cast<const V*>(features.row(row))[column]) /
           features.divisor;
  });
}

// Whether the network minds the scale of its inputs: it does not where it standardises them, nor
// where they are categories.
bool minds_scale(const Model& model) {
  const Sentence& layers = model.network().layers();
  return std::none_of(layers.begin(), layers.end(), [](const Component& layer) {
    return layer.name == "standardize" || layer.name == "embedding";
  });
}

void find_largest_input(const Features& features, const std::vector<bool>& categories,
                        DataSummary& summary) {
  const std::size_t rows = std::min(kMostRows, features.rows);
  std::vector<double> squares(features.columns);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t row = i * features.rows / rows;
    for (std::size_t c = 0; c < features.columns; ++c) {
      const double value = categories[c] ? 0 : feature_at(features, row, c);
      squares[c] += value * value / static_cast<double>(rows);
    }
  }
  const auto largest = std::ranges::max_element(squares);
  summary.input = static_cast<std::size_t>(largest - squares.begin());
  summary.largest_input = std::sqrt(*largest);
}

// Calls work with the number of each answer that counts.
template <class Work>
void for_each_answer(const Examples& examples, const Work& work) {
  for (std::size_t row = 0; row < examples.features.rows; ++row)
    for (std::size_t p = 0; p < examples.positions; ++p)
      if (examples.counts(row, p)) work(examples.answer(row, p));
}

double entropy(double share) { return share > 0 ? -share * std::log(share) : 0; }

void count_classes(const Examples& train, losses::Loss loss, DataSummary& summary) {
  std::vector<double> shares(train.classes);
  double count = 0;
  for_each_answer(train, [&](std::size_t answer) {
    shares[static_cast<std::size_t>(train.labels[answer])] += 1;
    ++count;
  });
  for (double& share : shares) share /= count;
  const auto most = std::ranges::max_element(shares);
  summary.frequent_class = static_cast<std::size_t>(most - shares.begin());
  summary.frequent_share = *most;
  if (loss != losses::Loss::cross_entropy) return;
  summary.constant_loss = 0;
  for (const double share : shares) summary.constant_loss += entropy(share);
}

// How far a target is from mean 0 and deviation 1.
double off_scale(double mean, double deviation) {
  return std::max(std::abs(mean), deviation > 0 ? std::max(deviation, 1 / deviation) : 0);
}

void measure_targets(const Examples& train, losses::Loss loss, DataSummary& summary) {
  const std::size_t columns = train.target_columns;
  double rows = 0;
  for_each_answer(train, [&](std::size_t) { ++rows; });
  double variance = 0, entropies = 0, farthest = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    double mean = 0, square = 0;
    for_each_answer(train, [&](std::size_t row) {
      mean += static_cast<double>(train.targets[row * columns + c]) / rows;
    });
    for_each_answer(train, [&](std::size_t row) {
      const double off = static_cast<double>(train.targets[row * columns + c]) - mean;
      square += off * off / rows;
    });
    variance += square / static_cast<double>(columns);
    entropies += (entropy(mean) + entropy(1 - mean)) / static_cast<double>(columns);
    const double deviation = std::sqrt(square);
    if (off_scale(mean, deviation) <= farthest) continue;
    farthest = off_scale(mean, deviation);
    summary.target = c, summary.target_mean = mean, summary.target_deviation = deviation;
  }
  if (loss == losses::Loss::mean_squared) summary.constant_loss = variance;
  if (loss == losses::Loss::quadratic)
    summary.constant_loss = variance * static_cast<double>(columns) / 2;
  if (loss == losses::Loss::binary_cross_entropy) summary.constant_loss = entropies;
}

}  // namespace

DataSummary summarize(const Model& model, const Examples& train, const TrainOptions& options) {
  const losses::Choice loss = train::parse_loss(options.loss);
  DataSummary summary;
  summary.constant_loss = kUnknown;
  summary.balanced = options.balanced || !options.class_weights.empty();
  if (train.features.rows == 0) return summary;
  if (minds_scale(model))
    find_largest_input(train.features, ops::holds_categories(data_of(model).graph), summary);
  const train::ScaledTargets scaled(train, model.preprocessing());
  if (train.labels != nullptr)
    count_classes(train, loss.loss, summary);
  else
    measure_targets(scaled.examples(), loss.loss, summary);
  const bool smoothed = loss.loss != losses::Loss::huber && loss.argument != 0;
  if (summary.balanced || options.ignore || train.weights != nullptr || smoothed)
    summary.constant_loss = kUnknown;
  return summary;
}

}  // namespace lithe
