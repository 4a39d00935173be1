// Computes the figures of an evaluation from the outputs for each example.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "data/examples/scale.h"
#include "evaluation/columns.h"
#include "evaluation/target_names.h"
#include "lithe/calibrate.h"
#include "lithe/defaults.h"
#include "lithe/error.h"
#include "lithe/evaluation_report.h"
#include "lithe/probabilities.h"
#include "lithe/text.h"
#include "losses/outputs.h"
#include "metrics/classification.h"
#include "metrics/labels.h"
#include "metrics/ranking.h"
#include "metrics/regression.h"
#include "metrics/reliability.h"
#include "train/check.h"

namespace lithe {

namespace {

constexpr double kLeastProbability = 1e-15;  // in the log loss, which is infinite at 0
constexpr std::size_t kPart = 4096;  // examples at a time, which bounds the memory of their outputs

void check_numbers(const std::vector<double>& outputs) {
  if (!std::ranges::all_of(outputs, [](double value) { return std::isfinite(value); }))
    throw Error(ErrorKind::numeric, "the model's outputs are not finite", {},
                "train it with a smaller learning rate");
}

// Calls `visit` with each row's number and its outputs.
template <typename Visit>
void for_each_row(const Model& model, const Examples& examples, std::size_t streams,
                  const Visit& visit) {
  const std::size_t width = model.network().output_shape().size();
  if (streams > 0) {
    const std::vector<double> outputs = model.predict_in_streams(examples.features, streams);
    check_numbers(outputs);
    for (std::size_t i = 0; i < examples.features.rows; ++i)
      visit(i, std::span(outputs).subspan(i * width, width));
    return;
  }
  for (std::size_t first = 0; first < examples.features.rows; first += kPart) {
    const Features part = examples.slice(first, kPart).features;
    const std::vector<double> outputs = model.predict(part);
    check_numbers(outputs);
    for (std::size_t i = 0; i < part.rows; ++i)
      visit(first + i, std::span(outputs).subspan(i * width, width));
  }
}

ConfidenceFigures confidence_figures(const std::vector<double>& confidences,
                                     const std::vector<bool>& correct) {
  ConfidenceFigures result;
  const auto count = static_cast<double>(confidences.size());
  result.bins = metrics::reliability(confidences, correct);
  result.ece = metrics::expected_calibration_error(result.bins);
  result.mce = metrics::maximum_calibration_error(result.bins);
  result.adaptive_ece =
      metrics::expected_calibration_error(metrics::reliability_by_count(confidences, correct));
  result.accuracy = static_cast<double>(std::ranges::count(correct, true)) / count;
  result.confidence = std::accumulate(confidences.begin(), confidences.end(), 0.0) / count;
  return result;
}

// Drops the outputs beyond the classes with a name or examples that were never predicted.
void drop_unused(std::vector<ClassFigures>& figures, std::size_t classes) {
  while (figures.size() > std::max<std::size_t>(classes, 1) &&
         figures.back().support + figures.back().predicted == 0)
    figures.pop_back();
}

std::vector<std::string> class_names(const Model& model, std::size_t classes) {
  std::vector<std::string> names = model.preprocessing().class_names;
  names.resize(std::min(names.size(), classes));
  while (names.size() < classes) names.push_back(fmt::format("{}", names.size()));
  return names;
}

// What the figures need of each example, in the rows' order.
struct Predictions {
  std::vector<std::size_t> classes, ranks;
  std::vector<double> confidences;
  std::vector<bool> correct;
  double brier = 0, log_loss = 0;                  // summed over the examples
  std::vector<std::vector<double>> probabilities;  // [class][example]
  std::vector<Misclassification> errors;
};

Predictions collect(const Model& model, const Examples& examples, losses::Loss loss,
                    std::size_t streams) {
  Predictions all;
  for_each_row(model, examples, streams, [&](std::size_t row, std::span<const double> outputs) {
    const auto truth = static_cast<std::size_t>(examples.labels[row]);
    const std::vector<double> probabilities = losses::probabilities(outputs, loss);
    const std::size_t predicted = losses::predicted_class(outputs, loss);
    all.classes.push_back(predicted);
    // One output decides between two classes, so the true class is either first or second.
    all.ranks.push_back(outputs.size() == 1 ? predicted != truth
                                            : metrics::rank_of(outputs, truth));
    all.confidences.push_back(probabilities[predicted]);
    all.correct.push_back(predicted == truth);
    all.brier += metrics::brier(probabilities, truth);
    all.log_loss -= std::log(std::max(probabilities[truth], kLeastProbability));
    all.probabilities.resize(probabilities.size());
    for (std::size_t c = 0; c < probabilities.size(); ++c)
      all.probabilities[c].push_back(probabilities[c]);
    if (predicted != truth)
      all.errors.push_back({row, truth, predicted, probabilities[predicted], probabilities[truth]});
  });
  return all;
}

RankingFigures ranking_of(const Predictions& all, const Examples& examples, std::size_t c) {
  std::vector<bool> of_class(examples.features.rows);
  for (std::size_t row = 0; row < of_class.size(); ++row)
    of_class[row] = static_cast<std::size_t>(examples.labels[row]) == c;
  return c < all.probabilities.size() ? metrics::ranking_figures(all.probabilities[c], of_class)
                                      : RankingFigures{};
}

ClassifierReport report_classes(const Model& model, const Examples& examples, losses::Loss loss,
                                const EvaluationOptions& options, std::size_t streams) {
  const std::size_t outputs = model.network().output_shape().size();
  const std::size_t classes = losses::class_count(outputs, loss);
  Predictions all = collect(model, examples, loss, streams);
  ClassifierReport result;
  result.accuracy = metrics::top_k(all.ranks, 1);
  result.top5 = metrics::top_k(all.ranks, 5);
  result.brier = all.brier / static_cast<double>(examples.features.rows);
  result.log_loss = all.log_loss / static_cast<double>(examples.features.rows);
  result.confusion =
      metrics::confusion(std::span(examples.labels, examples.features.rows), all.classes);
  result.figures = metrics::class_figures(result.confusion, classes);
  drop_unused(result.figures, std::max(model.preprocessing().class_names.size(), examples.classes));
  for (std::size_t c = 0; c < result.figures.size(); ++c)
    result.ranking.push_back(ranking_of(all, examples, c));
  result.names = class_names(model, result.figures.size());
  result.macro = metrics::macro_mean(result.figures);
  result.weighted = metrics::weighted_mean(result.figures);
  result.confidence_from = losses::describe_probabilities(outputs, loss);
  result.plain = confidence_figures(all.confidences, all.correct);
  std::ranges::stable_sort(all.errors, std::ranges::greater(), &Misclassification::confidence);
  all.errors.resize(std::min(all.errors.size(), options.most_errors));
  for (Misclassification& error : all.errors)
    if (error.row < options.files.size()) error.file = options.files[error.row];
  result.errors = std::move(all.errors);
  return result;
}

LabelReport report_labels(const Model& model, const Examples& examples, double right,
                          std::size_t streams) {
  const std::size_t columns = examples.target_columns;
  std::vector<metrics::LabelCounts> counts(columns);
  for_each_row(model, examples, streams, [&](std::size_t row, std::span<const double> outputs) {
    for (std::size_t c = 0; c < columns; ++c)
      metrics::count_label(counts[c], outputs[c] >= 0, examples.targets[row * columns + c] >= 0.5F);
  });
  LabelReport result;
  result.names = evaluation::target_names(model, columns);
  result.subset_accuracy = right / static_cast<double>(examples.features.rows);
  std::vector<ClassFigures> holds;
  for (const metrics::LabelCounts& one : counts) {
    result.figures.push_back(metrics::label_figures(one));
    result.accuracy += result.figures.back().accuracy / static_cast<double>(columns);
    holds.push_back(result.figures.back().holds);
  }
  result.micro = metrics::micro_mean(counts);
  result.macro = metrics::macro_mean(holds);
  return result;
}

RegressionReport report_values(const Model& model, const Examples& examples, std::size_t streams) {
  const std::size_t columns = examples.target_columns;
  RegressionReport result;
  result.names = evaluation::target_names(model, columns);
  result.predicted.resize(columns), result.truth.resize(columns);
  for_each_row(model, examples, streams, [&](std::size_t row, std::span<const double> outputs) {
    for (std::size_t c = 0; c < columns; ++c) {
      result.predicted[c].push_back(outputs[c]);
      result.truth[c].push_back(static_cast<double>(examples.targets[row * columns + c]));
    }
  });
  double squares = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    const ValueFigures one = metrics::value_figures(result.predicted[c], result.truth[c]);
    result.columns.push_back(one);
    squares += one.rmse * one.rmse / static_cast<double>(columns);
    result.all.mae += one.mae / static_cast<double>(columns);
    result.all.r2 += one.r2 / static_cast<double>(columns);
    result.all.bias += one.bias / static_cast<double>(columns);
  }
  result.all.rmse = std::sqrt(squares);
  return result;
}

// The figures of a calibrated model: how many examples it accepts, and its confidence at the
// temperature.
void add_calibration(const Model& model, const Examples& examples, EvaluationReport& report) {
  if (!calibration_of(model)) return;
  const OpenSetPredictor predictor(model);
  const Calibration& calibration = predictor.calibration();
  std::vector<double> confidences;
  std::vector<bool> correct;
  OpenSetFigures unknown{
      calibration.score, calibration.threshold, calibration.acceptance_rate, 0, 0, {}};
  double accepted = 0, accepted_correct = 0;
  const std::vector<OpenSetPrediction> predictions = predictor.predict(examples.features);
  for (std::size_t row = 0; row < predictions.size(); ++row) {
    const OpenSetPrediction& prediction = predictions[row];
    confidences.push_back(prediction.confidence);
    correct.push_back(prediction.best == static_cast<std::size_t>(examples.labels[row]));
    unknown.scores.push_back(prediction.score);
    accepted += prediction.unknown ? 0 : 1;
    accepted_correct += !prediction.unknown && correct.back() ? 1 : 0;
  }
  check_numbers(confidences);
  unknown.acceptance_rate = accepted / static_cast<double>(predictions.size());
  unknown.accuracy_accepted = accepted > 0 ? accepted_correct / accepted : 0;
  report.unknown = std::move(unknown);
  report.classes->tempered = confidence_figures(confidences, correct);
  report.classes->temperature = calibration.temperature;
}

}  // namespace

EvaluationReport report_evaluation(const Model& model, const Examples& examples,
                                   const EvaluationOptions& options) {
  Examples scaled = examples;
  scaled.features = data::in_scale(examples.features, model.preprocessing().divisor);
  if (scaled.features.rows == 0)
    throw Error(ErrorKind::data, "there are no test examples to evaluate on", "--data",
                "a data set with a test part");
  const auto loss = model.metadata().find("lithe.loss");
  EvaluationReport report;
  report.loss = loss == model.metadata().end() ? "quadratic" : loss->second;
  const std::size_t streams = options.streams.value_or(trained_streams(model));
  report.score = evaluate(model, scaled, report.loss, options.isa, streams);
  if (scaled.positions > 1) {
    report.positions = {scaled.labels != nullptr, bits_of(report.score.loss, report.loss)};
    if (const std::string& text = model.preprocessing().vocabulary; !text.empty())
      report.positions->unit = singular(Vocabulary::from_json(text).unit());
  } else if (scaled.labels != nullptr) {
    report.classes =
        report_classes(model, scaled, train::parse_loss(report.loss).loss, options, streams);
    add_calibration(model, scaled, report);
  } else if (are_labels(scaled, report.loss)) {
    report.labels =
        report_labels(model, scaled, static_cast<double>(report.score.correct), streams);
  } else {
    report.values = report_values(model, scaled, streams);
  }
  if (options.columns && !report.positions)
    report.columns = evaluation::report_columns(model, scaled);
  try {
    report.history = history_of(model);
  } catch (const Error& error) {
    report.history_problem = error.problem();  // the figures do not need it
  }
  return report;
}

}  // namespace lithe
