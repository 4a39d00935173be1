// Cross-validation of the out-of-distribution scores: in each fold some classes are left out of the
// training and serve as the unknown ones.
#include "lithe/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "data/examples/split.h"
#include "data/tables/take_rows.h"
#include "lithe/error.h"
#include "lithe/transfer.h"
#include "metrics/detection.h"
#include "open_set/scorer.h"

namespace lithe {

namespace {

constexpr std::size_t kFewestClasses = 3;  // leaving one out leaves two

// The classes of one fold: the new number of each, or -1 for one that is left out.
std::vector<std::int32_t> renumber(std::size_t classes, std::size_t fold, std::size_t folds) {
  std::vector<std::int32_t> number(classes);
  std::int32_t next = 0;
  for (std::size_t c = 0; c < classes; ++c) number[c] = c % folds == fold ? -1 : next++;
  return number;
}

// The rows of the remaining classes, with their new numbers, or the rows of the others.
struct Selection {
  data::TablePart part;
  std::vector<std::int32_t> labels;
  Examples examples;
};

Selection select(const Examples& from, const std::vector<std::int32_t>& number, bool remaining) {
  std::vector<std::uint32_t> rows;
  Selection result;
  for (std::uint32_t row = 0; row < from.features.rows; ++row) {
    const std::int32_t label = number[static_cast<std::size_t>(from.labels[row])];
    if ((label >= 0) != remaining) continue;
    rows.push_back(row);
    result.labels.push_back(label);
  }
  result.part = data::take_rows(from, rows);
  result.examples = result.part.examples;
  result.examples.labels = remaining ? result.labels.data() : nullptr;
  result.examples.classes =
      static_cast<std::size_t>(*std::max_element(number.begin(), number.end())) + 1;
  return result;
}

// The same options for fewer classes and epochs, without validation and watching.
TrainOptions fold_options(TrainOptions options, const std::vector<std::int32_t>& number,
                          std::size_t epochs, std::size_t rows) {
  options.epochs = epochs;
  options.validation = 0, options.patience = 0;
  options.watch = false;
  options.batch = std::min(options.batch, rows);
  if (!options.class_weights.empty()) {
    std::vector<double> weights;
    for (std::size_t c = 0; c < number.size() && c < options.class_weights.size(); ++c)
      if (number[c] >= 0) weights.push_back(options.class_weights[c]);
    options.class_weights = std::move(weights);
  }
  if (options.ignore) {
    const auto ignored = static_cast<std::size_t>(*options.ignore);
    options.ignore.reset();
    if (ignored < number.size() && number[ignored] >= 0) options.ignore = number[ignored];
  }
  return options;
}

// The start model with a head for fewer classes.
Model shrink(const Model& start, std::size_t classes, std::uint64_t seed) {
  Model model(with_outputs(start.network(), classes), start.precision(), seed,
              {start.preprocessing().divisor, {}});
  const auto there = start.names();
  for (const std::string& name : model.names())
    if (std::ranges::find(there, name) != there.end() && start.shape(name) == model.shape(name))
      model.set_values(name, start.values(name));
  return model;
}

std::vector<double> scores_of(const open_set::Scorer& scorer, const Model& model,
                              const Examples& examples) {
  std::vector<double> all;
  open_set::for_each_part(model, examples, [&](const Evidence& part, std::size_t) {
    const std::vector<double> scores = scorer.score(part);
    all.insert(all.end(), scores.begin(), scores.end());
  });
  return all;
}

void evaluate(ScoreTrial& trial, const Model& model, const Examples& train, const Examples& known,
              const Examples& unknown) {
  if (!trial.failed.empty()) return;
  try {
    const auto scorer = open_set::Scorer::fit(trial.score, model, train);
    const auto of_known = scores_of(scorer, model, known),
               of_unknown = scores_of(scorer, model, unknown);
    trial.aurocs.push_back(metrics::auroc(of_known, of_unknown));
    trial.false_positive_rates.push_back(metrics::fpr_at(of_known, of_unknown, 0.95));
  } catch (const Error& error) {
    trial.failed = error.problem();
  }
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(std::max<std::size_t>(1, values.size()));
}

}  // namespace

double ScoreTrial::auroc() const { return mean(aurocs); }
double ScoreTrial::false_positive_rate() const { return mean(false_positive_rates); }

ComparisonPlan plan_comparison(std::size_t classes, const TrainOptions& options,
                               const CompareOptions& compare) {
  if (classes < kFewestClasses)
    throw Error(ErrorKind::usage,
                fmt::format("{} classes: with one left out, fewer than two remain", classes),
                "--unknown auto", fmt::format("a score by name: {}", unknown_scores().front()));
  const double epochs = std::ceil(compare.epoch_share * static_cast<double>(options.epochs));
  return {std::min(classes, compare.most_folds), static_cast<std::size_t>(std::max(1.0, epochs))};
}

ScoreComparison compare_unknown_scores(const Model& start, const Examples& train,
                                       const TrainOptions& options, const CompareOptions& compare) {
  if (train.labels == nullptr)
    throw Error(ErrorKind::data, "the examples have no classes to leave out", "--unknown auto");
  const auto begin = std::chrono::steady_clock::now();
  ScoreComparison result;
  result.plan = plan_comparison(train.classes, options, compare);
  for (const std::string& score : unknown_scores()) result.trials.push_back({score, {}, {}, {}});
  const HoldoutSplit parts = hold_out(train, compare.validation, options.seed);
  for (std::size_t fold = 0; fold < result.plan.folds; ++fold) {
    const auto number = renumber(train.classes, fold, result.plan.folds);
    const Selection known = select(parts.train, number, true);
    const Selection seen = select(parts.validation, number, true),
                    unseen = select(parts.validation, number, false);
    Model model = shrink(start, known.examples.classes, options.seed);
    Trainer trainer(
        model, known.examples, {},
        fold_options(options, number, result.plan.epochs, known.examples.features.rows));
    while (!trainer.finished() && !result.stopped) {
      const EpochReport report = trainer.run_epoch(compare.progress);
      result.stopped = report.stopped;
    }
    trainer.finish();
    for (ScoreTrial& trial : result.trials)
      evaluate(trial, model, known.examples, seen.examples, unseen.examples);
    if (result.stopped) break;
  }
  // Among equal scores the most recommended one comes first.
  const auto better = [](const ScoreTrial& a, const ScoreTrial& b) {
    if (a.failed.empty() != b.failed.empty()) return !a.failed.empty();
    return a.auroc() < b.auroc();
  };
  result.best = std::ranges::max_element(result.trials, better)->score;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace lithe
