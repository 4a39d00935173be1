#include "sweep_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/figure.h"
#include "terminal.h"

namespace lithe::app {

namespace {

using nlohmann::ordered_json;

std::string figure_text(const SweepPlan& plan, double value, int digits = 5) {
  if (plan.metric == "accuracy") return fmt::format("{:.2f}%", 100 * value);
  return base::figure(value, digits);
}

std::string number_text(const SweepPlan& plan, const SweepTrial::Rung& rung) {
  const std::string mean = figure_text(plan, rung.mean());
  return rung.scores.size() < 2 ? mean : mean + " ± " + figure_text(plan, rung.deviation(), 2);
}

const SweepTrial& trial_of(const std::vector<SweepTrial>& trials, std::size_t number) {
  return *std::ranges::lower_bound(trials, number, {}, &SweepTrial::number);
}

// Characters, of which those of UTF-8 that go on do not count.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

std::string cut(const std::string& text, std::size_t most) {
  return width_of(text) <= most ? text : text.substr(0, most - 1) + "…";
}

using Row = std::vector<std::string>;

void print_rows(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c)
      line += (c > 0 ? "  " : "") + std::string(widths[c] - width_of(row[c]), ' ') + row[c];
    fmt::print("{}\n", visible(line));
  }
}

// As wide as the columns of values may be, so that the table fits the terminal.
std::size_t value_width(const SweepPlan& plan, std::size_t left) {
  constexpr std::size_t kLeast = 8;
  const std::size_t columns = plan.parameters.size();
  return std::max(kLeast, left / columns > 2 ? left / columns - 2 : 0);
}

std::string epochs_text(const SweepTrial& trial) {
  return fmt::format("{}", trial.rungs.back().epochs);
}

}  // namespace

std::string values_text(const SweepPlan& plan, const std::vector<std::string>& values) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i)
    text += (i > 0 ? " " : "") + plan.parameters[i].name + "=" + values[i];
  return text;
}

std::string score_text(const SweepPlan& plan, const SweepTrial::Rung& rung) {
  return plan.metric + " " + number_text(plan, rung);
}

void print_trial(const SweepPlan& plan, const SweepTrial& trial, std::size_t done,
                 std::size_t tasks) {
  const std::string values = values_text(plan, trial.values);
  if (trial.failed()) {
    print_folded("{}/{}  trial {} failed: {}  {}\n", done, tasks, trial.number, trial.error,
                 values);
    return;
  }
  const SweepTrial::Rung& rung = trial.rungs.back();
  print_folded("{}/{}  trial {}{}: {}  {}\n", done, tasks, trial.number,
               rung.epochs > 0 ? fmt::format(", {} epochs", rung.epochs) : "",
               score_text(plan, rung), values);
}

void print_table(const SweepPlan& plan, const std::vector<SweepTrial>& trials, std::size_t most) {
  const std::vector<std::size_t> ranking = rank_trials(plan, trials);
  const bool halves = plan.search == SweepSearch::halving;
  if (ranking.empty()) print_folded("No trial has a score yet\n");
  Row head = {"rank", "trial", plan.metric};
  if (halves) head.emplace_back("epochs");
  constexpr std::size_t kOthers = 32;  // what rank, trial and score take
  const std::size_t width =
      value_width(plan, terminal_width() > kOthers ? terminal_width() - kOthers : 0);
  for (const SweepParameter& parameter : plan.parameters)
    head.push_back(cut(parameter.name, width));
  std::vector<Row> rows = {head};
  const std::size_t shown = most == 0 ? ranking.size() : std::min(most, ranking.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const SweepTrial& trial = trial_of(trials, ranking[i]);
    Row row = {fmt::format("{}", i + 1), fmt::format("{}", trial.number),
               number_text(plan, trial.rungs.back())};
    if (halves) row.push_back(epochs_text(trial));
    for (const std::string& value : trial.values) row.push_back(cut(value, width));
    rows.push_back(std::move(row));
  }
  if (!ranking.empty()) print_rows(rows);
  if (shown < ranking.size())
    print_folded("and {} more; `lithe sweep --show` shows all\n", ranking.size() - shown);
  const auto failed = static_cast<std::size_t>(std::ranges::count_if(trials, &SweepTrial::failed));
  if (failed == 0) return;
  print_folded("{} failed\n", failed);
  std::size_t told = 0;
  for (const SweepTrial& trial : trials)
    if (trial.failed() && (most == 0 || told++ < most))
      print_folded("  trial {}: {}  {}\n", trial.number, trial.error,
                   values_text(plan, trial.values));
}

void print_importance(const SweepPlan& plan, const std::vector<SweepTrial>& trials) {
  const auto importance = sweep_importance(plan, trials);
  if (!importance) return;
  constexpr double kLeastExplained = 0.1;
  if (importance->explained < kLeastExplained) {
    print_folded(
        "What mattered: the trials do not show it (a forest explains {:.0f}% of trials "
        "that it has not seen)\n",
        std::max(0.0, 100 * importance->explained));
    return;
  }
  std::vector<std::pair<double, std::string>> shares;
  double rest = 1;
  for (std::size_t i = 0; i < plan.parameters.size(); ++i) {
    shares.emplace_back(importance->shares[i], plan.parameters[i].name);
    rest -= importance->shares[i];
  }
  std::ranges::stable_sort(shares, std::greater<>(), &std::pair<double, std::string>::first);
  std::vector<std::string> fields = {"What mattered:"};
  for (const auto& [share, parameter] : shares)
    fields.push_back(fmt::format("{} {:.0f}%", parameter, 100 * share));
  if (shares.size() > 1)
    fields.push_back(fmt::format("together {:.0f}%", 100 * std::max(0.0, rest)));
  print_folded("{}\n", join_fields(fields, 2));
}

void print_best(const SweepPlan& plan, const std::vector<SweepTrial>& trials) {
  const std::vector<std::size_t> ranking = rank_trials(plan, trials);
  if (ranking.empty()) return;
  const SweepTrial& best = trial_of(trials, ranking.front());
  print_folded("Best: trial {}  {}\n", best.number, values_text(plan, best.values));
  print_folded("  validation {}{}\n", score_text(plan, best.rungs.back()),
               plan.seeds > 1 ? fmt::format(", of {} seeds", plan.seeds) : "");
  if (!best.test_scores.empty() && std::isfinite(best.test_scores.front()))
    print_folded("  test {}, which nothing was chosen by\n",
                 score_text(plan, {0, best.test_scores}));
}

std::string sweep_json(const SweepPlan& plan, const std::vector<SweepTrial>& trials,
                       const std::string& command, const std::string& model) {
  ordered_json rows = ordered_json::array(), failed = ordered_json::array();
  const auto number = [](double value) {
    return std::isfinite(value) ? ordered_json(value) : ordered_json();
  };
  const auto row_of = [&](const SweepTrial& trial) {
    ordered_json values = ordered_json::object(), scores = ordered_json::array(),
                 tests = ordered_json::array();
    for (std::size_t i = 0; i < plan.parameters.size(); ++i)
      values[plan.parameters[i].name] = trial.values[i];
    ordered_json row = {{"trial", trial.number}, {"values", values}};
    if (trial.failed()) {
      row["error"] = trial.error;
      return row;
    }
    for (const double score : trial.rungs.back().scores) scores.push_back(number(score));
    for (const double score : trial.test_scores) tests.push_back(number(score));
    row["mean"] = number(trial.rungs.back().mean());
    row["deviation"] = number(trial.rungs.back().deviation());
    row["epochs"] = trial.rungs.back().epochs;
    row["scores"] = scores;
    row["test_scores"] = tests;
    return row;
  };
  for (const std::size_t k : rank_trials(plan, trials)) rows.push_back(row_of(trial_of(trials, k)));
  for (const SweepTrial& trial : trials)
    if (trial.failed()) failed.push_back(row_of(trial));
  ordered_json importance;
  if (const auto found = sweep_importance(plan, trials)) {
    for (std::size_t i = 0; i < plan.parameters.size(); ++i)
      importance["shares"][plan.parameters[i].name] = found->shares[i];
    importance["explained"] = found->explained;
  }
  return ordered_json{
      {"metric", plan.metric}, {"maximize", plan.maximize},     {"search", name(plan.search)},
      {"trials", plan.trials}, {"done", is_done(plan, trials)}, {"ranking", rows},
      {"failed", failed},      {"importance", importance},      {"command", command},
      {"model", model}}
      .dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace lithe::app
