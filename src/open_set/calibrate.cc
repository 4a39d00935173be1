// Calibrates a model on known examples, and stores the calibration in it.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "data/examples/split.h"
#include "data/tables/take_rows.h"
#include "lithe/error.h"
#include "metrics/temperature.h"
#include "open_set/scorer.h"

namespace lithe {

using open_set::for_each_part;
using open_set::known_classes;
using open_set::known_part;
using open_set::Scorer;

namespace {

constexpr const char *kScore = "lithe.unknown", *kThreshold = "lithe.unknown_threshold",
                     *kAcceptanceRate = "lithe.unknown_acceptance",
                     *kTemperature = "lithe.temperature", *kBackgroundNote = "lithe.background";

void check_known(const Model& model, const Examples& examples, const char* what) {
  if (examples.features.rows == 0)
    throw Error(ErrorKind::data, fmt::format("there are no {} examples to calibrate on", what));
  if (examples.labels == nullptr)
    throw Error(ErrorKind::data, fmt::format("the {} examples have no classes", what), {},
                "data with classes: only classifiers detect unknown examples");
  const auto classes = static_cast<std::int32_t>(known_classes(model));
  for (std::size_t row = 0; row < examples.features.rows; ++row)
    if (examples.labels[row] < 0 || examples.labels[row] >= classes)
      throw Error(ErrorKind::data,
                  fmt::format("the {} examples have a class {} and the model knows {} classes",
                              what, examples.labels[row], classes),
                  {}, "the classes that the model was trained on: --classes");
}

// Scores and logits of the known classes for all examples.
struct Measured {
  std::vector<double> scores, logits;
};

Measured measure(const Model& model, const Scorer& scorer, const Examples& examples) {
  Measured result;
  for_each_part(model, examples, [&](Evidence part, std::size_t) {
    const std::vector<double> scores = scorer.score(part);
    result.scores.insert(result.scores.end(), scores.begin(), scores.end());
    part = known_part(std::move(part), known_classes(model));
    result.logits.insert(result.logits.end(), part.logits.begin(), part.logits.end());
  });
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::ranges::all_of(result.scores, finite) || !std::ranges::all_of(result.logits, finite))
    throw Error(ErrorKind::numeric, "the model's outputs are not finite",
                fmt::format("score '{}'", scorer.sentence()),
                "train it with a smaller learning rate");
  return result;
}

double read_number(const std::map<std::string, std::string>& metadata, const char* key,
                   double above, double most) {
  const auto found = metadata.find(key);
  const std::string text = found == metadata.end() ? "" : found->second;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || !std::isfinite(value) || value <= above || value > most)
    throw Error(ErrorKind::model, fmt::format("the model's {} is '{}'", key, text.substr(0, 40)),
                {}, "calibrate it again: lithe calibrate MODEL --data DATA");
  return value;
}

HoldoutSplit take_parts(const Examples& examples, const data::Split& split) {
  if (split.validation.empty() || split.train.empty())
    throw Error(ErrorKind::usage,
                fmt::format("of {} examples {} are held out and {} are left to train on",
                            examples.features.rows, split.validation.size(), split.train.size()),
                {}, "more examples, or another --validation");
  auto parts = std::make_shared<std::pair<data::TablePart, data::TablePart>>(
      data::take_rows(examples, split.train), data::take_rows(examples, split.validation));
  return {parts->first.examples, parts->second.examples, parts};
}

}  // namespace

HoldoutSplit hold_out(const Examples& examples, double share, std::uint64_t seed) {
  return take_parts(examples, data::split_rows(examples, share, seed));
}

HoldoutSplit hold_out(const OpenTrainingSet& set, const Examples& known, double share,
                      std::uint64_t seed) {
  data::Split split = data::split_rows(set.examples, share, seed);
  const auto is_outlier = [&](std::uint32_t row) { return row >= set.known; };
  std::erase_if(split.train, is_outlier);
  std::erase_if(split.validation, is_outlier);
  return take_parts(known, split);
}

Calibration calibrate_unknown(Model& model, const Examples& train, const Examples& validation,
                              const CalibrateOptions& options) {
  if (!(options.acceptance_rate > 0) || options.acceptance_rate > 1)
    throw Error(ErrorKind::usage, fmt::format("an acceptance rate of {}", options.acceptance_rate),
                "--unknown-acceptance", "above 0%, up to 100%: 95%");
  check_known(model, train, "training");
  check_known(model, validation, "validation");
  const Scorer scorer = Scorer::fit(options.score, model, train);
  const Measured known = measure(model, scorer, validation);
  Calibration result{
      scorer.sentence(), unknown_threshold(known.scores, options.acceptance_rate),
      options.acceptance_rate,
      metrics::fit_temperature(known.logits, known_classes(model),
                               {validation.labels, validation.labels + validation.features.rows})};
  remove_calibration(model);
  for (auto& [name, array] : scorer.arrays()) model.extra_arrays()["unknown." + name] = array;
  auto& metadata = model.metadata();
  metadata[kScore] = result.score;
  metadata[kThreshold] = fmt::format("{}", result.threshold);
  metadata[kAcceptanceRate] = fmt::format("{}", result.acceptance_rate);
  metadata[kTemperature] = fmt::format("{}", result.temperature);
  return result;
}

std::optional<Calibration> calibration_of(const Model& model) {
  const auto& metadata = model.metadata();
  const auto score = metadata.find(kScore);
  if (score == metadata.end()) return std::nullopt;
  constexpr double kLargest = std::numeric_limits<double>::max();
  return Calibration{score->second, read_number(metadata, kThreshold, -INFINITY, kLargest),
                     read_number(metadata, kAcceptanceRate, 0, 1),
                     read_number(metadata, kTemperature, 0, kLargest)};
}

void remove_calibration(Model& model) {
  for (const char* key : {kScore, kThreshold, kAcceptanceRate, kTemperature})
    model.metadata().erase(key);
  std::erase_if(model.extra_arrays(),
                [](const auto& entry) { return entry.first.starts_with("unknown."); });
}

void mark_background(Model& model) { model.metadata()[kBackgroundNote] = "1"; }
bool has_background(const Model& model) { return model.metadata().contains(kBackgroundNote); }

}  // namespace lithe
