#include "train_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lithe/catalogue.h"
#include "lithe/error.h"
#include "lithe/machine.h"
#include "parse.h"
#include "recipes.h"
#include "terminal.h"
#include "train_state.h"

namespace lithe::app {

namespace {

constexpr std::uint64_t kMost = std::uint64_t{1} << 32;

std::vector<std::string> names_in(const char* category) {
  std::vector<std::string> names;
  for (const CatalogueCategory& one : list_catalogue())
    if (one.name == category)
      for (const CatalogueEntry& entry : one.entries) names.push_back(entry.name);
  return names;
}

// What the help says of an option that follows the data of a table or of a folder of pictures, and
// that is `otherwise` for other data.
std::string by_data(const std::string& otherwise) {
  return otherwise.empty()
             ? " (default: chosen by the data, for tables and folders of pictures)"
             : fmt::format(
                   " (default: chosen by the data, for tables and folders of pictures; "
                   "else {})",
                   otherwise);
}

void add_state_options(Options& app, TrainCommand& c) {
  const std::string group = "Stopping and going on";
  app.add_option("--state", c.options.state,
                 "file for the state of the training, saved now and then, and when it is stopped "
                 "by Ctrl-C, SIGTERM or SIGHUP")
      ->group(group);
  app.add_option("--keep-every", c.options.keep_every, "seconds between saves of the state")
      ->capture_default_str()
      ->check(Range(0.0, 1e9))
      ->group(group);
  app.add_option("--resume", c.resume,
                 "go on from the file of --state, to the same bits, with the options that it has; "
                 "auto: begin where there is no such file")
      ->check(OneOf({"yes", "auto"}))
      ->implies("yes")
      ->propose({"auto"})
      ->group(group);
  app.add_option("--keep", c.keep,
                 "models to keep beside the state, such as \"best 3, last 2\": those with the "
                 "lowest validation loss, and those of the last epochs")
      ->group(group);
}

void add_run_options(Options& app, TrainCommand& c) {
  app.add_option("--examples", c.examples,
                 "train on this many examples, the first ones (default: all)")
      ->check(Range(std::uint64_t{1}, kMost));
  app.add_option("--network", c.network,
                 "the layers, such as \"dense(30, relu) -> dense(10)\"; see `lithe list layers`" +
                     by_data(""));
  app.add_option("--loss", c.options.loss,
                 "the loss; see `lithe list losses`" + by_data(c.options.loss))
      ->propose(names_in("losses"));
  app.add_option(
         "--optimizer", c.options.optimizer,
         "the optimizer with its learning rate; see `lithe list optimizers` and `lithe list "
         "schedules`" +
             by_data(c.options.optimizer))
      ->propose(names_in("optimizers"));
  app.add_option("--batch", c.options.batch,
                 "examples in a mini-batch" + by_data(fmt::format("{}", c.options.batch)))
      ->check(Range(std::uint64_t{1}, kMost));
  app.add_option("--epochs", c.options.epochs,
                 "passes over the examples; 0 saves the initial model" +
                     by_data(fmt::format("{}", c.options.epochs)))
      ->check(Range(std::uint64_t{0}, std::uint64_t{1000000}));
  app.add_option(
         "--precision", c.precision,
         "type of the numbers: float32, float64, or bfloat16, which keeps float32 and rounds "
         "what dense layers multiply while they train (faster where `lithe info` shows it)")
      ->capture_default_str()
      ->check(OneOf({"float32", "float64", "bfloat16"}));
  app.add_option("--seed", c.options.seed, "seed of the initial values, the shuffle and all noise")
      ->capture_default_str();
  app.add_option("--threads", c.options.threads,
                 "number of threads (default: the fastest number, measured)")
      ->check(Range(std::uint64_t{1}, std::uint64_t{1024}));
  app.add_flag("--oversubscribe", c.oversubscribe,
               "run as many threads as --threads says, even if there are fewer processors");
  app.add_flag("--pin", c.options.pin, "bind each thread to a processor");
  app.add_option("--isa", c.options.isa, "instruction set: auto, avx512, avx2, sse4, neon, scalar")
      ->capture_default_str();
  app.add_option("--blas", c.options.blas,
                 "what multiplies matrices: native, auto, openblas, mkl, blis, reference, or the "
                 "path of a library; results differ in the last bits")
      ->capture_default_str();
  app.add_option("--output", c.output,
                 "model file (default: the name of the recipe, or model, with .safetensors)");
  add_state_options(app, c);
  app.add_option("--profile", c.profile,
                 "folder for a profile of the training: table, JSON, roofline, trace, stacks");
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
                 "average of the weights, such as ema(0.999); see `lithe list averages`")
      ->capture_default_str()
      ->propose(names_in("averages"))
      ->group(group);
  app.add_option(
         "--augment", c.options.augment,
         "random changes of the images, such as \"shift(2) -> rotate(10)\"; see `lithe list "
         "augmentations`")
      ->propose(names_in("augmentations"))
      ->group(group);
  app.add_option("--validation", c.validation,
                 "validation examples, held out of the training examples: 10% or 5000")
      ->group(group);
  app.add_option(
         "--patience", c.options.patience,
         "stop after this many epochs without a lower validation loss, and keep the weights of "
         "the best epoch")
      ->group(group);
  app.add_option("--class-weights", c.options.class_weights,
                 "weight of each class in the loss: 1,2,0.5")
      ->split_at_commas()
      ->group(group);
  app.add_option("--cv", c.folds,
                 "cross-validation of a table (not of pictures): train this many times, each time "
                 "tested on other rows; with --group or --time as these divide them")
      ->check(Range(std::uint64_t{2}, std::uint64_t{1000}))
      ->group(group);
  app.add_option("--seeds", c.seeds, "train with this many seeds, from --seed on")
      ->check(Range(std::uint64_t{1}, std::uint64_t{1000}))
      ->group(group);
  app.add_option("--ensemble", c.members,
                 "train this many models with seeds from --seed on, each on a thread of its own; "
                 "the model file answers with the mean of their answers")
      ->check(Range(std::uint64_t{2}, std::uint64_t{1000}))
      ->group(group);
  app.add_option("--curve", c.curve,
                 "file for a picture of loss and score by epoch (SVG); with --cv and --seeds, one "
                 "for each training")
      ->group(group);
  app.add_flag("--balanced", c.options.balanced,
               "weigh the classes so that each counts as much as any other")
      ->group(group);
  app.add_option("--ignore-class", c.options.ignore,
                 "leave examples of this class out of the loss and the scores")
      ->group(group);
  app.add_flag("--no-standardize", c.no_standardize, "do not standardize the columns of a table")
      ->group(group);
  app.add_flag("--stateful", c.options.stateful,
               "windows of one long sequence or text: recurrent layers go on where the window "
               "before ended. The batch's rows are streams of windows, in order")
      ->group(group);
  app.add_flag("--recover", c.options.recover,
               "if the loss is no longer a number, go back an epoch and halve the learning rate")
      ->group(group);
  app.add_option("--watch", c.watch,
                 "gradients: record statistics of the layers, diagnose them, and draw a picture")
      ->check(OneOf({"gradients"}))
      ->group(group);
}

void add_reuse_options(Options& app, TrainCommand& c) {
  const std::string group = "Reuse of another model";
  app.add_option("--from", c.from, "model file whose weights to begin with")->group(group);
  app.add_option("--head", c.head, "layers that replace its last one, such as \"dense(3)\"")
      ->group(group);
  app.add_option("--freeze", c.freeze, "layers that do not learn, by number: 1..6")->group(group);
  app.add_option("--unfreeze-at", c.options.unfreeze_at,
                 "epoch from which the frozen layers learn too")
      ->group(group);
}

// Tables and folders of pictures get a network that fits them.
bool has_default_network(const TrainCommand& command) {
  std::error_code unknown;
  return command.recipe.empty() &&
         (!command.data.text.empty() || is_table_path(command.data.data) ||
          is_picture_folder(command.data.data) ||
          std::filesystem::is_regular_file(command.data.data, unknown));
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

// Threads that share a processor wait for each other most of the time. The weights are the same.
void cap_threads(TrainCommand& command) {
  const double usable = identify_machine().usable_cpus;
  const auto processors = static_cast<std::size_t>(std::max(1.0, std::ceil(usable)));
  if (command.oversubscribe || command.options.threads <= processors) return;
  command.notice = fmt::format(
      "{} threads were asked for and {} processor{} can be used: {} {} (--oversubscribe for all)",
      command.options.threads, processors, processors == 1 ? "" : "s", processors,
      processors == 1 ? "thread" : "threads");
  command.options.threads = processors;
}

}  // namespace

std::optional<int> parse_train(const Arguments& arguments, TrainCommand& command,
                               const std::string& what,
                               const std::function<void(Options&)>& add_more) {
  Options app("Trains a network: a recipe, or your own. Options replace those of the recipe.",
              "lithe " + what);
  app.add_option("recipe", command.recipe,
                 "a recipe by name (`lithe list recipes`), or a recipe's file; it comes first")
      ->propose(recipe_names());
  if (!arguments.empty() && !arguments.front().starts_with("-"))
    app.read_recipe(find_recipe(arguments.front()).string());
  go_on_from_state(app, arguments, training_notes);
  app.footer(fmt::format("lithe {} seed --epochs 3", what));
  add_data_choice(app, command.data, DataFor::training);
  add_run_options(app, command);
  add_quality_options(app, command);
  add_reuse_options(app, command);
  add_unknown_options(app, command.unknown, /*outliers=*/true);
  if (add_more) add_more(app);
  if (const auto status = parse(app, arguments)) return status;
  const auto is_given = [&](const char* name) { return app.count(name) > 0; };
  check_state(command);
  command.changes = app.changes();
  command.options.state_notes = notes_of(app);
  command.given = {.recipe = !command.recipe.empty(),
                   .network = !command.network.empty() || !command.from.empty(),
                   .loss = is_given("--loss"),
                   .optimizer = is_given("--optimizer"),
                   .batch = is_given("--batch"),
                   .epochs = is_given("--epochs"),
                   .validation = is_given("--validation") || is_given("--patience")};
  if (command.network.empty() && command.from.empty() && !has_default_network(command)) {
    throw Error(ErrorKind::usage, "no network is named", "lithe " + what,
                fmt::format("lithe {} seed, or --network \"dense(30, relu) -> dense(10)\"", what));
  }
  cap_threads(command);
  command.data.chose_test_share = app.count("--test-share") > 0;
  command.data.chose_stride = app.count("--stride") > 0;
  settle_text(command.data);
  command.options.validation = parse_share(command.validation, "--validation");
  check_unknown(command);
  command.options.watch = !command.watch.empty();
  command.options.bfloat16 = command.precision == kBfloat16;
  command.options.profile = !command.profile.empty();
  if (!command.freeze.empty()) command.options.frozen = parse_numbers(command.freeze, "--freeze");
  command.keeps_earlier = command.output.empty() && command.resume.empty();
  if (command.output.empty()) {
    const std::filesystem::path recipe(command.recipe);
    command.output = (recipe.empty() ? "model" : recipe.stem().string()) + ".safetensors";
  }
  return std::nullopt;
}

}  // namespace lithe::app
