#include "sweep/plan_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/json_depth.h"
#include "lithe/error.h"

namespace lithe::sweep {

namespace {

using nlohmann::ordered_json;

constexpr int kForm = 1;  // of both files

// JSON has no numbers that are not finite.
ordered_json number_json(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json();
}
ordered_json numbers_json(const std::vector<double>& values) {
  ordered_json result = ordered_json::array();
  for (const double value : values) result.push_back(number_json(value));
  return result;
}
std::vector<double> numbers_from(const ordered_json& list) {
  std::vector<double> values;
  for (const ordered_json& one : list)
    values.push_back(one.is_null() ? std::numeric_limits<double>::quiet_NaN() : one.get<double>());
  return values;
}

ordered_json pairs_json(const std::vector<std::pair<std::string, std::string>>& pairs) {
  ordered_json result = ordered_json::array();
  for (const auto& [key, value] : pairs) result.push_back({key, value});
  return result;
}
std::vector<std::pair<std::string, std::string>> pairs_from(const ordered_json& list) {
  std::vector<std::pair<std::string, std::string>> result;
  for (const ordered_json& one : list)
    result.emplace_back(one.at(0).get<std::string>(), one.at(1).get<std::string>());
  return result;
}

ordered_json parsed(const std::string& text) {
  return base::nests_too_deep(text) ? ordered_json() : ordered_json::parse(text, nullptr, false);
}

[[noreturn]] void refuse_damaged(const std::string& file, const std::string& remedy) {
  throw Error(ErrorKind::model, "the file is damaged", file, remedy);
}

// What two plans may differ in, as name and text.
std::vector<std::pair<std::string, std::string>> figures_of(const SweepPlan& plan) {
  std::vector<std::pair<std::string, std::string>> figures;
  for (const SweepParameter& one : plan.parameters)
    figures.emplace_back("--try " + one.name, one.text);
  figures.emplace_back("--search", name(plan.search));
  figures.emplace_back("--trials", fmt::format("{}", plan.trials));
  figures.emplace_back("--seed", fmt::format("{}", plan.seed));
  figures.emplace_back("--seeds", fmt::format("{}", plan.seeds));
  figures.emplace_back("--metric", plan.metric);
  if (plan.search == SweepSearch::halving) {
    figures.emplace_back("--epochs", fmt::format("{}", plan.epochs));
    figures.emplace_back("--factor", fmt::format("{}", plan.factor));
  }
  figures.insert(figures.end(), plan.settings.begin(), plan.settings.end());
  return figures;
}

std::string text_of(const std::vector<std::pair<std::string, std::string>>& figures,
                    const std::string& key) {
  std::string text;
  for (const auto& [figure, value] : figures)
    if (figure == key) text += (text.empty() ? "" : ", ") + value;
  return text;
}

}  // namespace

std::string dump(const ordered_json& value) {
  return value.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

ordered_json to_json(const SweepPlan& plan) {
  ordered_json parameters = ordered_json::array();
  for (const SweepParameter& one : plan.parameters) parameters.push_back({one.name, one.text});
  return {{"form", kForm},
          {"parameters", parameters},
          {"search", name(plan.search)},
          {"trials", plan.trials},
          {"seed", plan.seed},
          {"seeds", plan.seeds},
          {"metric", plan.metric},
          {"maximize", plan.maximize},
          {"epochs", plan.epochs},
          {"factor", plan.factor},
          {"settings", pairs_json(plan.settings)},
          {"notes", pairs_json(plan.notes)}};
}

SweepPlan plan_from(const std::string& text, const std::string& file) {
  SweepPlan plan;
  const ordered_json root = parsed(text);
  try {
    if (root.at("form").get<int>() != kForm)
      throw Error(ErrorKind::model, "the sweep is of another version of Lithe", file,
                  "the version that made it, or another folder");
    for (const ordered_json& one : root.at("parameters"))
      plan.parameters.push_back(
          SweepParameter::parse(one.at(0).get<std::string>() + "=" + one.at(1).get<std::string>()));
    plan.search = parse_search(root.at("search").get<std::string>());
    plan.trials = root.at("trials").get<std::size_t>();
    plan.seed = root.at("seed").get<std::uint64_t>();
    plan.seeds = root.at("seeds").get<std::size_t>();
    plan.metric = root.at("metric").get<std::string>();
    plan.maximize = root.at("maximize").get<bool>();
    plan.epochs = root.at("epochs").get<std::size_t>();
    plan.factor = root.at("factor").get<std::size_t>();
    plan.settings = pairs_from(root.at("settings"));
    plan.notes = pairs_from(root.at("notes"));
    return settle(plan);
  } catch (const ordered_json::exception&) {
    refuse_damaged(file, "another folder");
  }
}

ordered_json to_json(const SweepPlan& plan, const SweepTrial& trial) {
  ordered_json values = ordered_json::object(), rungs = ordered_json::array(),
               curves = ordered_json::array();
  for (std::size_t i = 0; i < trial.values.size(); ++i)
    values[plan.parameters[i].name] = trial.values[i];
  for (const SweepTrial::Rung& rung : trial.rungs)
    rungs.push_back({{"epochs", rung.epochs},
                     {"scores", numbers_json(rung.scores)},
                     {"mean", number_json(rung.mean())},
                     {"deviation", number_json(rung.deviation())}});
  for (const std::vector<double>& curve : trial.curves) curves.push_back(numbers_json(curve));
  return {{"form", kForm},
          {"trial", trial.number},
          {"values", values},
          {"state", trial.failed() ? "failed" : "complete"},
          {"error", trial.error},
          {"metric", plan.metric},
          {"rungs", rungs},
          {"test_scores", numbers_json(trial.test_scores)},
          {"curves", curves},
          {"run",
           {{"host", trial.host},
            {"started", trial.started},
            {"finished", trial.finished},
            {"seconds", number_json(trial.seconds)}}}};
}

SweepTrial trial_from(const SweepPlan& plan, const std::string& text, const std::string& file) {
  SweepTrial trial;
  const ordered_json root = parsed(text);
  try {
    trial.number = root.at("trial").get<std::size_t>();
    for (const SweepParameter& one : plan.parameters)
      trial.values.push_back(root.at("values").at(one.name).get<std::string>());
    trial.error = root.at("error").get<std::string>();
    for (const ordered_json& one : root.at("rungs"))
      trial.rungs.push_back({one.at("epochs").get<std::size_t>(), numbers_from(one.at("scores"))});
    trial.test_scores = numbers_from(root.at("test_scores"));
    for (const ordered_json& one : root.at("curves")) trial.curves.push_back(numbers_from(one));
    const ordered_json& run = root.at("run");
    trial.host = run.at("host").get<std::string>();
    trial.started = run.at("started").get<std::string>();
    trial.finished = run.at("finished").get<std::string>();
    trial.seconds = run.at("seconds").get<double>();
    const bool has_scores =
        std::ranges::none_of(trial.rungs, [](const auto& rung) { return rung.scores.empty(); });
    if (has_scores && (trial.failed() || !trial.rungs.empty())) return trial;
  } catch (const ordered_json::exception&) {
  }
  refuse_damaged(file, "remove it, and the trial is trained again");
}

std::optional<PlanDifference> difference_of(const SweepPlan& before, const SweepPlan& after) {
  const auto was = figures_of(before), is = figures_of(after);
  for (const auto* figures : {&was, &is})
    for (const auto& [key, value] : *figures)
      if (text_of(was, key) != text_of(is, key))
        return PlanDifference{key, text_of(was, key), text_of(is, key)};
  return std::nullopt;
}

}  // namespace lithe::sweep
