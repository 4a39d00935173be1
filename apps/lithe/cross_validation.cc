#include "cross_validation.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/figure.h"
#include "base/file.h"
#include "lithe/defaults.h"
#include "lithe/error.h"
#include "lithe/history.h"
#include "model_score.h"
#include "output_file.h"
#include "target_scores.h"
#include "terminal.h"
#include "train_setup.h"

namespace lithe::app {

namespace {

struct Score : ModelScore {
  std::string what, file;  // "fold 2 of 5, seed 1"
  std::string earlier;     // where a model of that default name was moved to
};

// Trains to the end without a word, and scores the model on its test rows.
Score run(TrainCommand& command, bool first) {
  TrainSetup setup = set_up(command);
  if (first && !command.json) {
    for (const std::string& line : setup.understood) print_folded("{}\n", line);
    if (!command.defaults.empty()) print_folded("Chosen by the data: {}\n", command.defaults);
  }
  if (setup.data.test.features.rows == 0)
    throw Error(ErrorKind::usage, "there are no rows to test on", "--cv, --seeds",
                "data with a test part, or --test-share 0.2");
  Trainer trainer(setup.model, setup.learned(), setup.data.test, command.options);
  std::vector<EpochReport> reports;
  while (!trainer.finished() && !interrupted())
    reports.push_back(trainer.run_epoch([](double) { return !interrupted(); }));
  trainer.finish();
  keep_history(setup.model, reports, setup.learned(), setup.data.test);
  Score score;
  if (command.keeps_earlier) score.earlier = keep_earlier(command.output);
  setup.model.save(command.output);
  if (!command.curve.empty())
    base::write_file_atomically(command.curve, draw_history(history_of(setup.model)));
  static_cast<ModelScore&>(score) = score_of(setup.model, setup.data.test, command.options.loss);
  score.file = command.output;
  return score;
}

// "model.safetensors" -> "model.fold2.seed1.safetensors"
std::string name_of(const TrainCommand& command, const std::string& file, std::size_t fold,
                    std::uint64_t seed) {
  const std::filesystem::path path(file);
  std::string mark;
  if (command.folds > 0) mark += fmt::format(".fold{}", fold + 1);
  if (command.seeds > 1) mark += fmt::format(".seed{}", seed);
  return (path.parent_path() / (path.stem().string() + mark + path.extension().string())).string();
}

struct Spread {
  double mean = 0, deviation = 0;
};

Spread spread_of(const std::vector<Score>& scores) {
  Spread result;
  const auto count = static_cast<double>(scores.size());
  for (const Score& score : scores) result.mean += score.value / count;
  for (const Score& score : scores)
    result.deviation += (score.value - result.mean) * (score.value - result.mean);
  result.deviation = scores.size() > 1 ? std::sqrt(result.deviation / (count - 1)) : 0;
  return result;
}

void print(const std::vector<Score>& scores) {
  const Spread spread = spread_of(scores);
  if (scores.front().classes)
    print_folded("{} {:.2f}%, standard deviation {:.2f}%, of {} trainings\n",
                 scores.front().labels ? "All labels right" : "Accuracy", 100 * spread.mean,
                 100 * spread.deviation, scores.size());
  else
    print_folded("RMSE {}{}, standard deviation {}, of {} trainings\n", base::figure(spread.mean),
                 over_targets(scores.front().targets), base::figure(spread.deviation, 3),
                 scores.size());
}

void print_json(const std::vector<Score>& scores) {
  const Spread spread = spread_of(scores);
  nlohmann::json runs = nlohmann::json::array();
  const char* const name = score_name(scores.front());
  for (const Score& score : scores)
    runs.push_back({{"what", score.what},
                    {"model", score.file},
                    {"earlier_model", score.earlier},
                    {"score", score.value}});
  fmt::print(
      "{}\n",
      nlohmann::json{
          {"score", name}, {"mean", spread.mean}, {"deviation", spread.deviation}, {"runs", runs}}
          .dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

bool is_repeated(const TrainCommand& command) { return command.folds > 0 || command.seeds > 1; }

int train_repeatedly(const TrainCommand& command) {
  if (command.folds > 0 && (!command.data.text.empty() || !is_table_path(command.data.data)))
    throw Error(ErrorKind::usage, "a cross-validation divides the rows of a table", "--cv",
                "--seeds 5 repeats a training of other data");
  catch_interrupt();
  std::vector<Score> scores;
  for (std::size_t fold = 0; fold < std::max<std::size_t>(1, command.folds); ++fold)
    for (std::size_t i = 0; i < std::max<std::size_t>(1, command.seeds) && !interrupted(); ++i) {
      TrainCommand one = command;
      one.data.table.folds = command.folds;
      one.data.table.fold = fold;
      // Folds are of one division of the rows, whatever the seed of the training is.
      one.data.split_seed = command.folds > 0 ? command.options.seed : command.options.seed + i;
      one.options.seed += i;
      one.output = name_of(command, command.output, fold, one.options.seed);
      check_model_output(one.output, "--output");
      if (!command.curve.empty()) {
        one.curve = name_of(command, command.curve, fold, one.options.seed);
        check_picture(one.curve, "--curve");
      }
      Score score = run(one, scores.empty());
      if (command.folds > 0) score.what = fmt::format("Fold {} of {}", fold + 1, command.folds);
      if (command.seeds > 1)
        score.what +=
            fmt::format("{} {}", score.what.empty() ? "Seed" : ", seed", one.options.seed);
      if (!command.json)
        print_folded("{}: {}  {}{}\n", score.what, score_text(score), score.file,
                     score.earlier.empty()
                         ? ""
                         : fmt::format(" (the earlier one is kept as {})", score.earlier));
      scores.push_back(std::move(score));
    }
  if (scores.empty()) return 1;
  command.json ? print_json(scores) : print(scores);
  if (!command.curve.empty() && !command.json)
    print_folded("Pictures of loss and score: {}, one for each training\n",
                 name_of(command, command.curve, 0, command.options.seed));
  return 0;
}

}  // namespace lithe::app
