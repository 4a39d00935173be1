// The history of a training as JSON: a list for each figure that there is, all as long as "epoch".
#include "lithe/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json_depth.h"
#include "lithe/defaults.h"
#include "lithe/error.h"

namespace lithe {

namespace {

using nlohmann::json;

constexpr const char* kNote = "lithe.history";
constexpr std::size_t kMostText = std::size_t{1} << 20;  // of 300 epochs it is some 20 KB
constexpr double kMostEpochs = 1e15;

constexpr std::array<std::pair<const char*, double EpochFigures::*>, 7> kFigures = {{
    {"loss", &EpochFigures::loss},
    {"validation_loss", &EpochFigures::validation_loss},
    {"validation_accuracy", &EpochFigures::validation_accuracy},
    {"test_loss", &EpochFigures::test_loss},
    {"test_accuracy", &EpochFigures::test_accuracy},
    {"test_rmse", &EpochFigures::test_rmse},
    {"learning_rate", &EpochFigures::learning_rate},
}};

double share(std::size_t part, std::size_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

EpochFigures figures_of(const EpochReport& report, bool learned_classes, bool test_classes) {
  EpochFigures result;
  result.epoch = report.epoch;
  result.loss = report.loss;
  result.learning_rate = report.learning_rate;
  if (report.validation_total > 0) {
    result.validation_loss = report.validation_loss;
    if (learned_classes)
      result.validation_accuracy = share(report.validation_correct, report.validation_total);
  }
  if (report.total > 0) {
    result.test_loss = report.test_loss;
    if (test_classes)
      result.test_accuracy = share(report.correct, report.total);
    else
      result.test_rmse = report.test_rmse;
  }
  return result;
}

// `count` of `all` places, evenly spread from the first to the last.
std::size_t place(std::size_t index, std::size_t count, std::size_t all) {
  return count < 2 ? all - 1 : (index * (all - 1) + (count - 1) / 2) / (count - 1);
}

std::string print(const std::vector<EpochFigures>& history) {
  json object;
  for (const EpochFigures& one : history) object["epoch"].push_back(one.epoch);
  for (const auto& [name, figure] : kFigures) {
    json list = json::array();
    bool any = false;
    for (const EpochFigures& one : history) {
      const double value = one.*figure;
      any = any || std::isfinite(value);
      // Rounded, so that the shortest form that reads back the same is short.
      // strtod also takes what is too small to be a normal number.
      list.push_back(std::isfinite(value)
                         ? json(std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr))
                         : json());
    }
    if (any) object[name] = std::move(list);
  }
  return object.dump();
}

[[noreturn]] void fail(const std::string& problem) {
  throw Error(ErrorKind::model, "the model's history of its training is damaged: " + problem, kNote,
              "train it again, or use the model without: nothing else needs the history");
}

std::vector<EpochFigures> read_epochs(const json& object) {
  if (!object.is_object() || !object.contains("epoch") || !object["epoch"].is_array())
    fail("it has no list of epochs");
  const json& list = object["epoch"];
  if (list.empty() || list.size() > kMostHistory)
    fail(fmt::format("{} epochs, not from 1 to {}", list.size(), kMostHistory));
  std::vector<EpochFigures> result;
  for (const json& epoch : list) {
    const double number = epoch.is_number() ? epoch.get<double>() : -1;
    const double before = result.empty() ? 0 : static_cast<double>(result.back().epoch);
    if (!(number > before) || number > kMostEpochs || number != std::floor(number))
      fail("epochs are not whole numbers that rise");
    result.push_back({});
    result.back().epoch = static_cast<std::size_t>(number);
  }
  return result;
}

void read_figure(const json& list, const char* name, double EpochFigures::*figure,
                 std::vector<EpochFigures>& history) {
  if (!list.is_array() || list.size() != history.size())
    fail(fmt::format("'{}' is not a list with one entry an epoch", name));
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (list[i].is_null()) continue;
    if (!list[i].is_number()) fail(fmt::format("'{}' has an entry that is not a number", name));
    history[i].*figure = list[i].get<double>();
  }
}

}  // namespace

void keep_history(Model& model, const std::vector<EpochReport>& epochs, const Examples& learned,
                  const Examples& test) {
  const auto loss = model.metadata().find("lithe.loss");
  const auto has_correct = [&](const Examples& examples) {
    return examples.labels != nullptr ||
           (loss != model.metadata().end() && are_labels(examples, loss->second));
  };
  const bool learned_classes = has_correct(learned), test_classes = has_correct(test);
  std::vector<EpochFigures> history;
  const std::size_t count = std::min(epochs.size(), kMostHistory);
  for (std::size_t i = 0; i < count; ++i)
    history.push_back(
        figures_of(epochs[place(i, count, epochs.size())], learned_classes, test_classes));
  if (history.empty())
    model.metadata().erase(kNote);
  else
    model.metadata()[kNote] = print(history);
}

std::vector<EpochFigures> history_of(const Model& model) {
  const auto note = model.metadata().find(kNote);
  if (note == model.metadata().end()) return {};
  if (note->second.size() > kMostText) fail(fmt::format("{} bytes long", note->second.size()));
  if (base::nests_too_deep(note->second)) fail("it is nested too deep");
  const json object = json::parse(note->second, nullptr, false);
  if (object.is_discarded()) fail("it is not JSON");
  std::vector<EpochFigures> history = read_epochs(object);
  for (const auto& [name, figure] : kFigures)
    if (object.contains(name)) read_figure(object[name], name, figure, history);
  return history;
}

}  // namespace lithe
