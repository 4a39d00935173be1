// The figures of an evaluation as JSON.
#include <cmath>
#include <nlohmann/json.hpp>

#include "lithe/evaluation_report.h"

namespace lithe {

namespace {

constexpr std::size_t kMostMatrix = 100;  // classes

nlohmann::json to_json(const MeanFigures& mean) {
  return {{"precision", mean.precision}, {"recall", mean.recall}, {"f1", mean.f1}};
}

nlohmann::json to_json(const ConfidenceFigures& figures) {
  nlohmann::json bins = nlohmann::json::array();
  for (const ReliabilityBin& bin : figures.bins)
    bins.push_back({{"low", bin.low},
                    {"high", bin.high},
                    {"count", bin.count},
                    {"confidence", bin.confidence},
                    {"accuracy", bin.accuracy}});
  return {{"ece", figures.ece},           {"adaptive_ece", figures.adaptive_ece},
          {"mce", figures.mce},           {"confidence", figures.confidence},
          {"accuracy", figures.accuracy}, {"bins", bins}};
}

nlohmann::json to_json(const ValueFigures& figures) {
  return {{"rmse", figures.rmse},
          {"mae", figures.mae},
          {"r2", std::isfinite(figures.r2) ? nlohmann::json(figures.r2) : nlohmann::json()},
          {"bias", figures.bias}};
}

nlohmann::json class_list(const ClassifierReport& report) {
  nlohmann::json list = nlohmann::json::array();
  for (std::size_t c = 0; c < report.figures.size(); ++c) {
    const ClassFigures& one = report.figures[c];
    list.push_back({{"class", report.names[c]},
                    {"precision", one.precision},
                    {"recall", one.recall},
                    {"f1", one.f1},
                    {"support", one.support},
                    {"predicted", one.predicted}});
  }
  return list;
}

// Rows are true classes, columns predicted ones; null where there are too many classes.
nlohmann::json matrix(const ClassifierReport& report) {
  const std::size_t classes = report.names.size();
  if (classes > kMostMatrix) return {};
  std::vector<std::vector<std::size_t>> rows(classes, std::vector<std::size_t>(classes));
  for (const ConfusionCell& cell : report.confusion) rows[cell.truth][cell.predicted] = cell.count;
  return rows;
}

nlohmann::json confident_errors(const ClassifierReport& report) {
  nlohmann::json list = nlohmann::json::array();
  for (const Misclassification& one : report.errors) {
    list.push_back({{"row", one.row},
                    {"class", report.names[one.truth]},
                    {"predicted", report.names[one.predicted]},
                    {"confidence", one.confidence},
                    {"class_probability", one.true_probability}});
    if (!one.file.empty()) list.back()["file"] = one.file;
  }
  return list;
}

nlohmann::json history(const std::vector<EpochFigures>& epochs) {
  const auto value = [](double figure) {
    return std::isfinite(figure) ? nlohmann::json(figure) : nlohmann::json();
  };
  nlohmann::json list = nlohmann::json::array();
  for (const EpochFigures& one : epochs)
    list.push_back({{"epoch", one.epoch},
                    {"loss", value(one.loss)},
                    {"validation_loss", value(one.validation_loss)},
                    {"validation_accuracy", value(one.validation_accuracy)},
                    {"test_loss", value(one.test_loss)},
                    {"test_accuracy", value(one.test_accuracy)},
                    {"test_rmse", value(one.test_rmse)},
                    {"learning_rate", value(one.learning_rate)}});
  return list;
}

void add(nlohmann::json& result, const LabelReport& report) {
  result["subset_accuracy"] = report.subset_accuracy;
  result["accuracy"] = report.accuracy;
  result["micro"] = to_json(report.micro);
  result["macro"] = to_json(report.macro);
  result["labels"] = nlohmann::json::array();
  for (std::size_t i = 0; i < report.figures.size(); ++i) {
    const LabelFigures& one = report.figures[i];
    result["labels"].push_back({{"label", report.names[i]},
                                {"accuracy", one.accuracy},
                                {"precision", one.holds.precision},
                                {"recall", one.holds.recall},
                                {"f1", one.holds.f1},
                                {"support", one.holds.support},
                                {"predicted", one.holds.predicted}});
  }
}

void add(nlohmann::json& result, const RegressionReport& report) {
  result["mae"] = report.all.mae;
  result["r2"] = to_json(report.all)["r2"];
  result["values"] = nlohmann::json::array();
  for (std::size_t c = 0; c < report.columns.size(); ++c) {
    result["values"].push_back(to_json(report.columns[c]));
    result["values"].back()["target"] = report.names[c];
  }
}

void add(nlohmann::json& result, const ClassifierReport& report) {
  result["accuracy"] = report.accuracy;
  result["ece"] = report.plain.ece;
  result["macro_f1"] = report.macro.f1;
  result["macro"] = to_json(report.macro);
  result["weighted"] = to_json(report.weighted);
  result["top5"] = report.top5;
  result["brier"] = report.brier;
  result["log_loss"] = report.log_loss;
  result["classes"] = class_list(report);
  if (!report.tempered) return;
  result["temperature"] = report.temperature;
  result["ece_at_temperature"] = report.tempered->ece;
}

nlohmann::json figures_of(const EvaluationReport& report) {
  nlohmann::json result = {
      {"correct", report.values ? nlohmann::json() : nlohmann::json(report.score.correct)},
      {"total", report.score.total},
      {"loss", report.score.loss},
      {"seconds", report.score.seconds},
      {"learned_from", report.learned_from}};
  if (!report.labels) result["rmse"] = report.score.rmse;  // of outputs that are no logits
  if (report.classes) add(result, *report.classes);
  if (report.labels) add(result, *report.labels);
  if (report.values) add(result, *report.values);
  if (report.positions) {
    result["per"] = report.positions->unit;
    if (!report.positions->classes) result["correct"] = nullptr;
    if (report.positions->bits) {
      result["bits"] = *report.positions->bits;
      result["perplexity"] = std::exp2(*report.positions->bits);
    }
  }
  if (report.columns)
    for (const ColumnImportance& one : report.columns->importance)
      result["importance"].push_back(
          {{"column", one.name}, {"mean", one.mean}, {"deviation", one.deviation}});
  for (const NaiveForecast& one : report.naive)
    result["naive"][one.name] = {
        {"rmse", one.windows > 0 ? nlohmann::json(one.rmse) : nlohmann::json()},
        {"mae", one.windows > 0 ? nlohmann::json(one.mae) : nlohmann::json()},
        {"windows", one.windows}};
  if (report.unknown)
    result["unknown"] = {{"score", report.unknown->score},
                         {"threshold", report.unknown->threshold},
                         {"calibrated_acceptance_rate", report.unknown->calibrated_acceptance_rate},
                         {"acceptance_rate", report.unknown->acceptance_rate},
                         {"accuracy_accepted", report.unknown->accuracy_accepted}};
  return result;
}

// Text that is UTF-8 whatever names the model has.
std::string to_text(const nlohmann::json& object) {
  return object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string evaluation_json(const EvaluationReport& report, const std::string& data) {
  nlohmann::json result = figures_of(report);
  result["data"] = data;
  return to_text(result);
}

std::string evaluation_json(const EvaluationReport& report, const std::string& data,
                            const Model& model, const std::string& model_file) {
  nlohmann::json result = figures_of(report);
  result["model"] = model_file;
  result["data"] = data;
  result["network"] = model.network().to_string();
  result["parameters"] = model.network().parameter_count();
  result["precision"] = name(model.precision());
  result["history"] = history(report.history);
  if (!report.classes) return to_text(result);
  const ClassifierReport& classes = *report.classes;
  result["confusion"] = matrix(classes);
  result["most_confident_errors"] = confident_errors(classes);
  result["confidence"] = to_json(classes.plain);
  result["confidence"]["from"] = classes.confidence_from;
  if (classes.tempered) result["confidence_at_temperature"] = to_json(*classes.tempered);
  return to_text(result);
}

}  // namespace lithe
