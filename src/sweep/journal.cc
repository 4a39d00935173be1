#include "sweep/journal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace lithe::sweep {

namespace {

using nlohmann::ordered_json;

// Optuna's numbers for what a line does, which way is better, and how a trial ended.
constexpr int kCreateStudy = 0, kCreateTrial = 4;
constexpr int kMinimize = 1, kMaximize = 2;
constexpr int kRunning = 0, kComplete = 1, kPruned = 2, kFailed = 3;
constexpr const char* kWorker = "lithe";

std::optional<double> number_in(const std::string& text) {
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

// 16 rather than 16.0, so that a list of whole numbers is one.
ordered_json choice_json(const std::string& text) {
  const std::optional<double> value = number_in(text);
  if (!value) return text;
  const bool whole = text.find_first_not_of("-0123456789") == text.npos && std::abs(*value) < 1e15;
  return whole ? ordered_json(static_cast<std::int64_t>(*value)) : ordered_json(*value);
}

ordered_json choices_json(const SweepParameter& parameter) {
  const bool numbers = std::ranges::all_of(
      parameter.choices, [](const std::string& one) { return number_in(one).has_value(); });
  ordered_json choices = ordered_json::array();
  for (const std::string& one : parameter.choices)
    choices.push_back(numbers ? choice_json(one) : ordered_json(one));
  return choices;
}

// Optuna wants the distribution as text within the text.
std::string distribution_of(const SweepParameter& parameter) {
  ordered_json attributes;
  const char* name = "CategoricalDistribution";
  if (parameter.kind == SweepParameter::Kind::choice) {
    attributes = {{"choices", choices_json(parameter)}};
  } else if (parameter.kind == SweepParameter::Kind::integer) {
    name = "IntDistribution";
    const auto step = static_cast<std::int64_t>(parameter.step);
    const auto low = static_cast<std::int64_t>(parameter.low);
    const auto steps = (static_cast<std::int64_t>(parameter.high) - low) / step;
    attributes = {
        {"log", parameter.logarithmic}, {"step", step}, {"low", low}, {"high", low + steps * step}};
  } else {
    name = "FloatDistribution";
    attributes = {{"step", parameter.step > 0 ? ordered_json(parameter.step) : ordered_json()},
                  {"low", parameter.low},
                  {"high", parameter.high},
                  {"log", parameter.logarithmic}};
  }
  return ordered_json{{"name", name}, {"attributes", attributes}}.dump(
      -1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json value_json(const SweepParameter& parameter, const std::string& value) {
  if (parameter.kind != SweepParameter::Kind::choice)
    return number_in(value).value_or(parameter.low);
  return std::ranges::find(parameter.choices, value) - parameter.choices.begin();
}

int state_of(const SweepPlan& plan, const SweepTrial& trial,
             const std::vector<SweepTrial>& trials) {
  if (trial.failed()) return kFailed;
  if (trial.rungs.size() == rungs_of(plan).size()) return kComplete;
  const auto next = rung_members(plan, trials, trial.rungs.size());
  if (!next) return kRunning;
  return std::ranges::binary_search(*next, trial.number) ? kRunning : kPruned;
}

ordered_json trial_json(const SweepPlan& plan, const SweepTrial& trial, int state) {
  ordered_json distributions = ordered_json::object(), params = ordered_json::object(),
               intermediate = ordered_json::object();
  for (std::size_t i = 0; i < plan.parameters.size(); ++i) {
    distributions[plan.parameters[i].name] = distribution_of(plan.parameters[i]);
    params[plan.parameters[i].name] = value_json(plan.parameters[i], trial.values[i]);
  }
  for (const SweepTrial::Rung& rung : trial.rungs)
    if (rung.epochs > 0) intermediate[std::to_string(rung.epochs)] = rung.mean();
  const bool scored = state == kComplete || state == kPruned;
  ordered_json attributes = {
      {"deviation", trial.rungs.empty() ? 0. : trial.rungs.back().deviation()},
      {"host", trial.host}};
  if (trial.failed()) attributes["error"] = trial.error;
  ordered_json line = {{"op_code", kCreateTrial},
                       {"worker_id", kWorker},
                       {"study_id", 0},
                       {"datetime_start", trial.started},
                       {"state", state}};
  line["value"] = scored ? ordered_json(trial.rungs.back().mean()) : ordered_json();
  line["values"] = ordered_json();
  if (state != kRunning) line["datetime_complete"] = trial.finished;
  line["distributions"] = std::move(distributions);
  line["params"] = std::move(params);
  line["user_attrs"] = std::move(attributes);
  line["system_attrs"] = ordered_json::object();
  line["intermediate_values"] = std::move(intermediate);
  return line;
}

std::string line_of(const ordered_json& line) {
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string journal_of(const SweepPlan& plan, const std::vector<SweepTrial>& trials) {
  std::string text = line_of({{"op_code", kCreateStudy},
                              {"worker_id", kWorker},
                              {"study_name", "lithe-sweep"},
                              {"directions", {plan.maximize ? kMaximize : kMinimize}}});
  std::size_t next = 0;
  for (const SweepTrial& trial : trials) {
    if (trial.number != next++) break;
    text += line_of(trial_json(plan, trial, state_of(plan, trial, trials)));
  }
  return text;
}

}  // namespace lithe::sweep
