#include "train_options.h"

#include <fmt/format.h>

#include "lithe/error.h"
#include "parse.h"
#include "recipes.h"
#include "terminal.h"

namespace lithe::app {

namespace {

constexpr std::uint64_t kMost = std::uint64_t{1} << 32;

void add_run_options(Options& app, TrainCommand& c) {
  app.add_option("--examples", c.examples, "train on the first so many examples (default: all)")
      ->check(Range(std::uint64_t{1}, kMost));
  app.add_option(
      "--network", c.network,
      "the network: \"dense(30, sigmoid) -> dense(10, sigmoid)\"; see `lithe list layers`");
  app.add_option("--loss", c.options.loss, "see `lithe list losses`")->capture_default_str();
  app.add_option("--optimizer", c.options.optimizer,
                 "see `lithe list optimizers` and `lithe list schedules`")
      ->capture_default_str();
  app.add_option("--batch", c.options.batch, "examples in a mini-batch")
      ->capture_default_str()
      ->check(Range(std::uint64_t{1}, kMost));
  app.add_option("--epochs", c.options.epochs, "passes over the data; 0 saves the initial model")
      ->capture_default_str()
      ->check(Range(std::uint64_t{0}, std::uint64_t{1000000}));
  app.add_option("--precision", c.precision, "float32 or float64")
      ->capture_default_str()
      ->check(OneOf({"float32", "float64"}));
  app.add_option("--seed", c.options.seed, "of the initial values, the shuffle and all noise")
      ->capture_default_str();
  app.add_option("--threads", c.options.threads,
                 "number of threads (default: the fastest, measured)")
      ->check(Range(std::uint64_t{1}, std::uint64_t{1024}));
  app.add_flag("--pin", c.options.pin, "bind each thread to a processor");
  app.add_option("--isa", c.options.isa, "instruction set: auto, avx512, avx2, sse4, neon, scalar")
      ->capture_default_str();
  app.add_option("--blas", c.options.blas,
                 "who multiplies: native, auto, openblas, mkl, blis, reference, or the path of a "
                 "library; other than native gives other bits")
      ->capture_default_str();
  app.add_option("--output", c.output, "model file (default: the recipe's name .safetensors)");
  app.add_option("--profile", c.profile,
                 "folder for a profile: table, JSON, roofline, trace, stacks; see `lithe profile`");
  app.add_flag("--explain", c.explain, "print the plan instead of training");
  app.add_flag("--verbose", c.verbose,
               "also the time, operations and heap allocations of each epoch");
  app.add_flag("--json", c.json, "print one JSON object instead of text");
  app.add_option("--score", c.score, "what a recipe promises; for `make recipes`")->hide();
  app.add_option("--promise", c.promise, "what a recipe promises of a report")->hide();
  app.add_option("--report", c.report, "arguments of that report")->hide();
  app.add_option("--splits", c.splits, "known classes of several trainings")->hide();
}

void add_quality_options(Options& app, TrainCommand& c) {
  const std::string group = "Regularisation and stopping";
  app.add_option("--average", c.options.average,
                 "average of the weights: ema(0.999), swa(75%); see `lithe list averages`")
      ->capture_default_str()
      ->group(group);
  app.add_option("--augment", c.options.augment,
                 "changes of the images at random: \"shift(2) -> rotate(10)\"; see `lithe list "
                 "augmentations`")
      ->group(group);
  app.add_option("--validation", c.validation,
                 "held out of the training examples, by class: 10% or 5000")
      ->group(group);
  app.add_option("--patience", c.options.patience,
                 "stop after so many epochs without a lower validation loss, and keep the best")
      ->group(group);
  app.add_option("--class-weights", c.options.class_weights, "how much each class counts: 1,2,0.5")
      ->split_at_commas()
      ->group(group);
  app.add_flag("--balanced", c.options.balanced, "each class counts as much as any other")
      ->group(group);
  app.add_option("--ignore-class", c.options.ignore, "examples of this class do not count")
      ->group(group);
  app.add_flag("--no-standardize", c.no_standardize, "take the columns of a table as they are")
      ->group(group);
  app.add_flag("--recover", c.options.recover,
               "where the loss is no longer a number, go back an epoch and halve the rate")
      ->group(group);
  app.add_option("--watch", c.watch,
                 "gradients: keep figures of every layer, say what is wrong, draw a picture")
      ->check(OneOf({"gradients"}))
      ->group(group);
}

void add_reuse_options(Options& app, TrainCommand& c) {
  const std::string group = "Reuse of another model";
  app.add_option("--from", c.from, "model file whose layers are taken over")->group(group);
  app.add_option("--head", c.head, "layers in the place of its last one: \"dense(3)\"")
      ->group(group);
  app.add_option("--freeze", c.freeze, "layers that stay as they are, by number: 1..6")
      ->group(group);
  app.add_option("--unfreeze-at", c.options.unfreeze_at, "epoch from which on they learn too")
      ->group(group);
}

// Notices what does not go together, and holds examples out to calibrate by.
void check_unknown(TrainCommand& command) {
  check_for_training(command.unknown);
  if (!command.unknown.asked()) return;
  if (command.options.ignore)
    throw Error(ErrorKind::usage, "a class that does not count, and a threshold that counts it",
                "--ignore-class", "leave the class out with --classes, or pass it as --outliers");
  const bool soft_targets = command.unknown.score == kOutlierExposure;
  if (soft_targets && !command.options.loss.starts_with("cross_entropy"))
    throw Error(ErrorKind::usage, "outlier exposure asks for outputs that are all alike", "--loss",
                "cross_entropy");
  if (soft_targets && (command.options.balanced || !command.options.class_weights.empty()))
    throw Error(ErrorKind::usage, "weights of classes, and outliers that belong to none",
                "--unknown outlier_exposure", "--unknown background, or no weights");
  command.holds_out_to_calibrate = command.options.validation == 0;
  if (command.holds_out_to_calibrate) command.options.validation = kCalibrationShare;
}

}  // namespace

std::optional<int> parse_train(const Arguments& arguments, TrainCommand& command,
                               const std::string& what,
                               const std::function<void(Options&)>& add_more) {
  Options app("Trains a network: a recipe, or your own. Options given beside a recipe replace its.",
              "lithe " + what);
  app.add_option("recipe", command.recipe,
                 "a recipe by name (`lithe list recipes`), or a recipe's file; it comes first")
      ->propose(recipe_names());
  if (!arguments.empty() && !arguments.front().starts_with("-"))
    app.read_recipe(find_recipe(arguments.front()).string());
  app.footer(fmt::format("lithe {} seed --epochs 3", what));
  add_data_choice(app, command.data, DataFor::training);
  add_run_options(app, command);
  add_quality_options(app, command);
  add_reuse_options(app, command);
  add_unknown_options(app, command.unknown, /*outliers=*/true);
  if (add_more) add_more(app);
  if (const auto status = parse(app, arguments)) return status;
  if (command.network.empty() && command.from.empty()) {
    throw Error(ErrorKind::usage, "no network is named", "lithe " + what,
                fmt::format("lithe {} seed, or --network \"dense(30, relu) -> dense(10)\"", what));
  }
  command.data.chose_test_share = app.count("--test-share") > 0;
  command.options.validation = parse_share(command.validation, "--validation");
  check_unknown(command);
  command.options.watch = !command.watch.empty();
  command.options.profile = !command.profile.empty();
  if (!command.freeze.empty()) command.options.frozen = parse_numbers(command.freeze, "--freeze");
  if (command.output.empty()) {
    const std::filesystem::path recipe(command.recipe);
    command.output = (recipe.empty() ? "model" : recipe.stem().string()) + ".safetensors";
  }
  return std::nullopt;
}

}  // namespace lithe::app
