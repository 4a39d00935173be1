#include "sweep_trials.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "lithe/defaults.h"
#include "lithe/error.h"
#include "lithe/history.h"

namespace lithe::app {

namespace {

constexpr const char* kHeldOut = "20%";
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::string metric_for(const Examples& examples, const std::string& loss,
                       const std::string& asked) {
  const bool counts = examples.labels != nullptr || are_labels(examples, loss);
  const std::string own = counts ? "accuracy" : "rmse";
  if (asked.empty()) return own;
  if (asked != "loss" && asked != own)
    throw Error(ErrorKind::usage,
                fmt::format("{} of {}", asked, counts ? "classes" : "numbers to predict"),
                "--metric", own + " or loss");
  return asked;
}

}  // namespace

std::string SweepTrials::key_of(const TrainCommand& command,
                                const std::vector<std::string>& values) const {
  std::string key = has_one_output(command.network) ? "one output" : "";
  for (const GivenOption& option : arguments_.options())
    if (is_about_data(option.name))
      for (const std::string& value : option.values)
        key += "\n" + option.name + " " + fill_in(value, parameters_, values);
  return key;
}

const LoadedData& SweepTrials::data_of(TrainCommand& command,
                                       const std::vector<std::string>& values) {
  const std::string key = key_of(command, values);
  const auto known = data_.find(key);
  return known != data_.end() ? known->second
                              : data_.emplace(key, load_training_data(command)).first->second;
}

const Examples& SweepTrials::validation_of(const TrainCommand& command, const TrainSetup& setup,
                                           const std::string& data_key) {
  const TrainOptions& options = command.options;
  const std::string key = fmt::format("{}\n{} {} {}", data_key, options.validation, options.seed,
                                      setup.train.features.rows);
  auto known = validation_.find(key);
  if (known == validation_.end())
    known =
        validation_.emplace(key, hold_out(setup.learned(), options.validation, options.seed)).first;
  return known->second.validation;
}

void SweepTrials::prepare(const std::vector<std::vector<std::string>>& points,
                          const std::string& metric) {
  constexpr std::size_t kMostTries = 16;
  std::exception_ptr first;
  for (std::size_t i = 0; i < std::min(points.size(), kMostTries); ++i) try {
      TrainCommand command = parse_trial(arguments_of(points[i]));
      const LoadedData& loaded = data_of(command, points[i]);
      TrainSetup setup = set_up(command, loaded);
      if (command.options.validation == 0) {
        holds_out_by_default_ = true;
        arguments_.set("--validation", kHeldOut);
        command.options.validation = parse_share(kHeldOut, "--validation");
      }
      metric_ = metric_for(setup.learned(), command.options.loss, metric);
      epochs_ = command.options.epochs;
      understood_ = setup.understood;
      defaults_ = command.defaults;
      digest_ = lithe::data_digest(setup.data);
      // Before the trials, which then share them.
      const std::string key = key_of(command, points[i]);
      for (std::size_t seed = 0; seed < std::max<std::size_t>(1, command.seeds); ++seed) {
        validation_of(command, setup, key);
        ++command.options.seed;
      }
      return;
    } catch (const Error&) {
      if (!first) first = std::current_exception();
    }
  std::rethrow_exception(first);
}

double SweepTrials::score_of(const Evaluation& evaluation) const {
  if (metric_ == "loss") return evaluation.loss;
  if (metric_ == "rmse") return evaluation.rmse;
  return static_cast<double>(evaluation.correct) / static_cast<double>(evaluation.total);
}

SweepScores SweepTrials::train(const SweepFolder& folder, const SweepTask& task) {
  SweepScores result;
  std::optional<Model> best;
  const SweepPlan& plan = folder.plan();
  const auto is_better = [&](double score) {
    return std::ranges::all_of(
        result.scores, [&](double other) { return plan.maximize ? score > other : score < other; });
  };
  for (std::size_t i = 0; i < plan.seeds; ++i) {
    TrainCommand command = parse_trial(arguments_of(task.values));
    const std::string key = key_of(command, task.values);
    LoadedData loaded = data_of(command, task.values);  // the rows are shared
    command.options.seed += i;                          // of the training; the rows to test on stay
    TrainSetup setup = set_up(command, std::move(loaded));
    Trainer trainer(setup.model, setup.learned(), setup.data.test.slice(0, 0), command.options);
    const std::filesystem::path state = folder.state_file(task.trial, i + 1);
    if (task.rung > 0 && std::filesystem::exists(state)) trainer.load_state(state);
    while (!trainer.finished() && (task.epochs == 0 || trainer.history().size() < task.epochs))
      trainer.run_epoch();
    if (!task.last) trainer.save_state(state);
    const std::vector<EpochReport> history = trainer.history();
    trainer.finish();
    std::vector<double>& curve = result.curves.emplace_back();
    for (const EpochReport& epoch : history) curve.push_back(epoch.validation_loss);
    const auto measure = [&](const Examples& examples) {
      return score_of(evaluate(setup.model, examples, command.options.loss, command.options.isa));
    };
    const double score = measure(validation_of(command, setup, key));
    if (!std::isfinite(score))
      throw Error(ErrorKind::numeric, "the score is not a number", fmt::format("seed {}", i + 1),
                  "a lower learning rate");
    result.test_scores.push_back(setup.data.test.features.rows > 0 ? measure(setup.data.test)
                                                                   : kNone);
    if (is_better(score)) {
      keep_history(setup.model, history, setup.learned(), setup.data.test.slice(0, 0));
      setup.model.metadata()["lithe.epochs"] = fmt::format("{}", history.size());
      setup.model.metadata()[kTrialNote] = fmt::format("{}", task.trial);
      best = std::move(setup.model);
    }
    result.scores.push_back(score);
  }
  if (task.last && best) best->save(folder.model_file(task.trial));
  return result;
}

}  // namespace lithe::app
