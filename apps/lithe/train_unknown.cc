#include "train_unknown.h"

#include <fmt/format.h>

#include <algorithm>

#include "lithe/error.h"
#include "terminal.h"

namespace lithe::app {

std::optional<ScoreComparison> compare_scores(const TrainCommand& command,
                                              const TrainSetup& setup) {
  if (command.unknown.score != kAuto) return std::nullopt;
  ProgressBar bar;
  catch_interrupt();
  CompareOptions options;
  options.validation = command.options.validation;
  options.progress = [&bar](double done) {
    bar.draw("comparing scores", done);
    return !interrupted();
  };
  const ComparisonPlan plan = plan_comparison(setup.train.classes, command.options, options);
  if (!command.json) {
    print_folded(
        "Comparing out-of-distribution scores: {} folds of {} epoch{}, each of which leaves out {} "
        "of the {} classes as unknown\n",
        plan.folds, plan.epochs, plan.epochs == 1 ? "" : "s",
        setup.train.classes > plan.folds ? "some" : "one", setup.train.classes);
    std::fflush(stdout);
  }
  ScoreComparison result =
      compare_unknown_scores(setup.model, setup.train, command.options, options);
  bar.clear();
  if (!command.json) print(result);
  return result;
}

UnknownRun calibrate(const TrainCommand& command, TrainSetup& setup,
                     std::optional<ScoreComparison> comparison) {
  const double share = command.options.validation;
  const std::uint64_t seed = command.options.seed;
  const HoldoutSplit parts = setup.open ? hold_out(*setup.open, setup.train, share, seed)
                                        : hold_out(setup.train, share, seed);
  UnknownRun run;
  run.calibration =
      calibrate_unknown(setup.model, parts.train, parts.validation,
                        {comparison ? comparison->best : command.unknown.fitted_score(),
                         command.unknown.acceptance_rate});
  run.comparison = std::move(comparison);
  run.known = parts.train.features.rows;
  run.validation = parts.validation.features.rows;
  run.acceptance_rate = acceptance_rate(setup.model, parts.validation.features);
  return run;
}

void print(const ScoreComparison& comparison) {
  print_folded("  {:24} {:>7} {:>7} {:>12}\n", "score", "AUROC", "worst", "FPR at 95%");
  for (const ScoreTrial& trial : comparison.trials) {
    if (!trial.failed.empty())
      print_folded("  {:24} {}\n", trial.score, trial.failed);
    else
      print_folded("  {:24} {:7.4f} {:7.4f} {:11.1f}%{}\n", trial.score, trial.auroc(),
                   *std::min_element(trial.aurocs.begin(), trial.aurocs.end()),
                   100 * trial.false_positive_rate(),
                   trial.score == comparison.best ? "  best" : "");
  }
  print_folded("Compared in {:.1f} s\n", comparison.seconds);
}

void print(const UnknownRun& run) {
  const Calibration& c = run.calibration;
  print_folded(
      "Unknown: {} above {:.4g}, which accepts {:.1f}% of {} validation examples; "
      "confidence at temperature {:.3g}\n",
      c.score, c.threshold, 100 * run.acceptance_rate, run.validation, c.temperature);
}

}  // namespace lithe::app
