// lithe sweep: many trainings, each with other values of some options, in one folder.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <tuple>

#include "base/file.h"
#include "base/folders.h"
#include "command.h"
#include "lithe/ensemble.h"
#include "lithe/error.h"
#include "lithe/machine.h"
#include "output_file.h"
#include "parse.h"
#include "sweep_options.h"
#include "sweep_output.h"
#include "sweep_trials.h"
#include "terminal.h"

namespace lithe::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* kDataDigest = "the data's content";
// Files that a sweep finds from any folder, and on another machine perhaps under another name.
const std::set<std::string> kPaths = {"recipe", "--data", "--test-data", "--answers", "--from"};
// What the trials do not depend on, or what the digest of the data says better.
const std::set<std::string> kNotCompared = {"--data", "--data-dir", "--test-data"};

bool has_option(const Arguments& arguments, const std::string& name) {
  return std::ranges::any_of(arguments, [&](const std::string& one) {
    return one == name || one.starts_with(name + "=");
  });
}

std::string whole_path(const std::string& text) {
  std::error_code unknown;
  return fs::exists(text, unknown) ? fs::absolute(text).lexically_normal().string() : text;
}

SweepArguments with_whole_paths(const SweepArguments& written) {
  std::vector<GivenOption> options = written.options();
  for (GivenOption& option : options)
    if (kPaths.contains(option.name))
      for (std::string& value : option.values) value = whole_path(value);
  return SweepArguments(std::move(options));
}

// The plan keeps each value of an option as one pair; a flag has an empty one.
void keep_arguments(const SweepArguments& arguments, SweepPlan& plan) {
  for (const GivenOption& option : arguments.options()) {
    if (option.name == "--seed" || option.name == "--seeds") continue;  // the plan has them itself
    auto& kept = kNotCompared.contains(option.name) ? plan.notes : plan.settings;
    if (option.values.empty()) kept.emplace_back(option.name, "");
    for (const std::string& value : option.values) kept.emplace_back(option.name, value);
  }
}

SweepArguments kept_in(const SweepPlan& plan) {
  std::vector<GivenOption> options;
  for (const auto* pairs : {&plan.settings, &plan.notes})
    for (const auto& [name, value] : *pairs) {
      if (name == kDataDigest) continue;
      auto there = std::ranges::find(options, name, &GivenOption::name);
      if (there == options.end()) there = options.insert(there, GivenOption{name, {}});
      if (!value.empty()) there->values.push_back(value);
    }
  // A recipe's name comes first.
  std::ranges::stable_partition(options,
                                [](const GivenOption& one) { return one.name == "recipe"; });
  options.push_back({"--seed", {fmt::format("{}", plan.seed)}});
  if (plan.seeds > 1) options.push_back({"--seeds", {fmt::format("{}", plan.seeds)}});
  return SweepArguments(std::move(options));
}

std::size_t workers_for(const SweepChoice& choice) {
  if (choice.workers > 0) return choice.workers;
  return static_cast<std::size_t>(std::max(1.0, std::ceil(identify_machine().usable_cpus)));
}

std::size_t task_count(const SweepPlan& plan) {
  std::size_t count = 0;
  for (const SweepRung& rung : rungs_of(plan)) count += rung.trials;
  return count;
}

std::size_t tasks_done(const std::vector<SweepTrial>& trials) {
  std::size_t count = 0;
  for (const SweepTrial& trial : trials) count += trial.rungs.size() + (trial.failed() ? 1 : 0);
  return count;
}

std::string description_of(const SweepPlan& plan, const fs::path& folder, std::size_t workers) {
  std::string text = fmt::format("{} trials", plan.trials);
  if (plan.seeds > 1) text += fmt::format(" of {} seeds", plan.seeds);
  text += fmt::format(" ({}), {} at a time, compared by validation {}; in {}", name(plan.search),
                      workers, plan.metric, folder.string());
  if (plan.search != SweepSearch::halving) return text;
  std::vector<std::string> rungs;
  for (const SweepRung& rung : rungs_of(plan))
    rungs.push_back(fmt::format("{} for {} epochs", rung.trials, rung.epochs));
  std::string list;
  for (const std::string& rung : rungs) list += (list.empty() ? "" : ", ") + rung;
  return text + ": " + list;
}

// The models of the best trials that the folder keeps, `most` at most, the best first.
std::vector<Model> best_models(const SweepFolder& folder, const std::vector<SweepTrial>& trials,
                               std::size_t most) {
  std::vector<Model> models;
  for (const std::size_t trial : rank_trials(folder.plan(), trials)) {
    const fs::path file = folder.model_file(trial);
    std::error_code unknown;
    if (models.size() < most && fs::exists(file, unknown)) models.push_back(Model::load(file));
  }
  return models;
}

// The model of the best trial, in the place of the one that was best before. Returns its file;
// nothing where no model is kept.
std::string take_best_model(const SweepFolder& folder, const std::vector<SweepTrial>& trials,
                            const std::string& output) {
  const std::vector<Model> best = best_models(folder, trials, 1);
  if (best.empty()) return {};
  best.front().save(output);
  return output;
}

// The training of the best trial's first seed, as a command; empty: there is none.
std::string command_of(const SweepPlan& plan, const std::vector<SweepTrial>& trials) {
  const std::vector<std::size_t> ranking = rank_trials(plan, trials);
  if (ranking.empty()) return {};
  SweepArguments arguments = kept_in(plan);
  arguments.set("--threads", "1");
  arguments.set("--seeds", "1");
  const auto best = std::ranges::lower_bound(trials, ranking.front(), {}, &SweepTrial::number);
  return shell_line(arguments.filled(plan.parameters, best->values));
}

struct Finished {
  std::string output;
  bool json = false;
};

int report_end(const SweepFolder& folder, bool done, const Finished& how) {
  const SweepPlan& plan = folder.plan();
  const std::vector<SweepTrial> trials = folder.read_trials();
  const bool whole = is_done(plan, trials);
  std::string model;
  if (whole) model = take_best_model(folder, trials, how.output);
  if (how.json) {
    fmt::print("{}\n", sweep_json(plan, trials, command_of(plan, trials), model));
    return done && !rank_trials(plan, trials).empty() ? 0 : 1;
  }
  if (!done) {
    print_folded(
        "Interrupted: {} of {} trainings are done; the same command, or `lithe sweep "
        "--join {}`, goes on\n",
        tasks_done(trials), task_count(plan), folder.path().string());
    return 1;
  }
  if (!whole) {
    print_folded("This part is done; of the whole, {} of {} trainings\n", tasks_done(trials),
                 task_count(plan));
    return 0;
  }
  constexpr std::size_t kShown = 10;
  print_table(plan, trials, kShown);
  print_importance(plan, trials);
  print_best(plan, trials);
  if (!model.empty()) print_folded("Model: {}\n", model);
  return rank_trials(plan, trials).empty() ? 1 : 0;
}

int work_on(const SweepFolder& folder, SweepTrials& trials, const SweepChoice& choice,
            const Finished& how) {
  const SweepPlan& plan = folder.plan();
  SweepRun run;
  run.workers = workers_for(choice);
  run.keep_models = choice.keep_models;
  if (!choice.part.empty()) std::tie(run.part, run.parts) = parse_part(choice.part);
  const std::size_t tasks = task_count(plan);
  std::size_t done = tasks_done(folder.read_trials());
  if (!how.json) {
    for (const std::string& line : trials.understood()) print_folded("{}\n", line);
    if (!trials.defaults().empty()) print_folded("Chosen by the data: {}\n", trials.defaults());
    if (trials.holds_out_by_default())
      print_folded(
          "20% of the training examples are held out to compare the trials by; "
          "--validation says how many\n");
    print_folded("{}\n", description_of(plan, folder.path(), run.workers));
    if (done > 0) print_folded("Going on: {} of {} trainings are done\n", done, tasks);
  }
  bool waited = false;
  catch_interrupt();
  run.stop = interrupted;
  run.finished = [&](const SweepTrial& trial) {
    ++done;
    if (!how.json) print_or_stop([&] { print_trial(plan, trial, done, tasks); });
  };
  run.waits = [&](std::size_t) {
    if (!waited && !how.json)
      print_or_stop([&] { print_folded("Waiting for trials that others train\n"); });
    waited = true;
  };
  const bool all_done = run_sweep(
      folder, [&](const SweepTask& task) { return trials.train(folder, task); }, run);
  return report_end(folder, all_done, how);
}

int show_sweep(const Arguments& arguments) {
  SweepChoice choice;
  Options app("Shows what the trials of a sweep came to.", "lithe sweep");
  app.add_option("--show", choice.show, "folder of the sweep")->required();
  app.add_option("--report", choice.report, "folder for a report: index.html and report.json");
  app.add_flag("--json", choice.json, "print one JSON object instead of text");
  if (const auto status = parse(app, arguments)) return *status;
  const SweepFolder folder = SweepFolder::open(choice.show);
  const SweepPlan& plan = folder.plan();
  const std::vector<SweepTrial> trials = folder.read_trials();
  const fs::path best = folder.path() / "best.safetensors";
  std::error_code unknown;
  const std::string command = command_of(plan, trials),
                    model = fs::exists(best, unknown) ? best.string() : "";
  if (!choice.report.empty()) {
    base::make_folder(choice.report, "--report FOLDER");
    const fs::path report(choice.report);
    base::write_file_atomically(report / "report.json", sweep_json(plan, trials, command, model));
    base::write_file_atomically(report / "index.html",
                                sweep_page(fmt::format("Sweep {}", choice.show), plan, trials));
  }
  if (choice.json) {
    fmt::print("{}\n", sweep_json(plan, trials, command, model));
    return 0;
  }
  print_table(plan, trials, 0);
  if (!is_done(plan, trials))
    print_folded("{} of {} trainings are done; `lithe sweep --join {}` goes on\n",
                 tasks_done(trials), task_count(plan), choice.show);
  print_importance(plan, trials);
  print_best(plan, trials);
  if (!command.empty()) print_folded("As one training:\n  {}\n", unbroken(visible(command)));
  if (!model.empty()) print_folded("Model: {}\n", model);
  if (!choice.report.empty()) print_folded("Report: {}\n", choice.report);
  return 0;
}

int ensemble_of_sweep(const Arguments& arguments) {
  std::string path, output;
  std::size_t count = 0;
  Options app("Makes one model of the best trials of a sweep, which answers with their mean.",
              "lithe sweep");
  app.add_option("--ensemble", count, "how many of the best trials")
      ->required()
      ->check(Range(std::uint64_t{1}, std::uint64_t{1000}));
  app.add_option("folder", path, "folder of the sweep")->required();
  app.add_option("--output", output, "model file to write (default: ensemble.safetensors in it)");
  if (const auto status = parse(app, arguments)) return *status;
  const SweepFolder folder = SweepFolder::open(path);
  if (output.empty()) output = (folder.path() / "ensemble.safetensors").string();
  check_model_output(output, "--output");
  const std::vector<Model> models = best_models(folder, folder.read_trials(), count);
  if (models.size() < count)
    throw Error(
        ErrorKind::usage,
        fmt::format("the folder keeps {} models, and {} are asked for", models.size(), count), path,
        models.empty()
            ? fmt::format("a sweep with --keep-models {}", count)
            : fmt::format("--ensemble {}, or a sweep with --keep-models {}", models.size(), count));
  ensemble(models).save(output);
  print_folded("Model of the {} best trials: {}\n", count, output);
  return 0;
}

// A whole path is that of a file or folder, and not the name of a data set.
void check_data_is_here(const std::string& data) {
  std::error_code unknown;
  if (fs::path(data).is_absolute() && !fs::exists(data, unknown))
    throw Error(ErrorKind::usage, fmt::format("the data of the sweep, '{}', are not there", data),
                "--join", "--data with their place on this machine");
}

int join_sweep(const Arguments& arguments) {
  SweepChoice choice;
  std::string data, data_dir, output;
  Options app("Works on a sweep that stands in a folder.", "lithe sweep");
  app.add_option("--join", choice.join, "folder of the sweep")->required();
  app.add_option("--part", choice.part, "3/16: only each sixteenth trial from the third on");
  app.add_option("--workers", choice.workers, "trials at a time (default: one for each processor)")
      ->check(Range(std::uint64_t{1}, std::uint64_t{4096}));
  app.add_option("--keep-models", choice.keep_models, "how many of the best models are kept")
      ->check(Range(std::uint64_t{1}, std::uint64_t{1'000'000}));
  app.add_option("--data", data, "where the data are on this machine");
  app.add_option("--data-dir", data_dir, "folder of data sets on this machine");
  app.add_option("--output", output, "file for the model of the best trial");
  app.add_flag("--json", choice.json, "print one JSON object instead of text");
  if (const auto status = parse(app, arguments)) return *status;
  const SweepFolder folder = SweepFolder::open(choice.join);
  SweepArguments kept = kept_in(folder.plan());
  if (!data.empty()) kept.set("--data", data);
  if (!data_dir.empty()) kept.set("--data-dir", data_dir);
  check_data_is_here(kept.text_of("--data"));
  SweepTrials trials(kept, folder.plan().parameters);
  trials.prepare(trial_values(folder.plan()), folder.plan().metric);
  for (const auto& [key, digest] : folder.plan().settings)
    if (key == kDataDigest && digest != trials.data_digest())
      throw Error(ErrorKind::data, "the data are not those that the sweep began with", choice.join,
                  "--data with a copy of these, or a sweep in another --folder");
  return work_on(
      folder, trials, choice,
      {output.empty() ? (folder.path() / "best.safetensors").string() : output, choice.json});
}

SweepPlan plan_of(const SweepChoice& choice, const std::vector<SweepParameter>& parameters,
                  const SweepArguments& written) {
  SweepPlan plan;
  plan.parameters = parameters;
  plan.search = parse_search(choice.search);
  plan.trials = choice.trials;
  plan.factor = choice.factor;
  plan.epochs = 1;  // until the data say how many there are
  const TrainCommand first =
      parse_trial(written.filled(parameters, trial_values(settle(plan)).front()));
  plan.seed = first.options.seed;
  plan.seeds = std::max<std::size_t>(1, first.seeds);
  if (first.data.data == "-")
    throw Error(ErrorKind::usage,
                "a sweep reads its data again when it goes on, and standard input cannot be",
                "--data", "--data FILE");
  if (plan.search == SweepSearch::halving && written.is_tried("--epochs", parameters))
    throw Error(ErrorKind::usage, "halving says itself how many epochs a trial has", "--epochs",
                "one number, that of a whole training");
  return plan;
}

int begin_sweep(const Arguments& arguments) {
  SweepChoice choice;
  std::vector<SweepParameter> parameters;
  SweepArguments written;
  std::string output;
  if (const auto status = parse_sweep(arguments, choice, output, parameters, written))
    return *status;
  if (!choice.part.empty()) parse_part(choice.part);
  written = with_whole_paths(written);
  SweepPlan plan = plan_of(choice, parameters, written);
  const SweepPlan points = settle(plan);
  if (choice.chose_trials && points.search == SweepSearch::grid && choice.trials < points.trials)
    throw Error(ErrorKind::usage, fmt::format("the grid has {} points", points.trials), "--trials",
                "leave it out, or --search sobol");
  SweepTrials trials(written, parameters);
  trials.prepare(trial_values(points), choice.metric);
  plan.epochs = trials.epochs();
  plan.metric = trials.metric();
  plan.maximize = plan.metric == "accuracy";
  keep_arguments(trials.arguments(), plan);
  plan.settings.emplace_back(kDataDigest, trials.data_digest());
  const SweepFolder folder = SweepFolder::make(choice.folder, plan);
  if (output.empty()) output = (folder.path() / "best.safetensors").string();
  check_model_output(output, "--output");
  return work_on(folder, trials, choice, {output, choice.json});
}

}  // namespace

int sweep(const Arguments& arguments) {
  const bool asks_for_help = has_option(arguments, "--help") || has_option(arguments, "-h");
  if (!asks_for_help && has_option(arguments, "--show")) return show_sweep(arguments);
  if (!asks_for_help && has_option(arguments, "--join")) return join_sweep(arguments);
  if (!asks_for_help && has_option(arguments, "--ensemble")) return ensemble_of_sweep(arguments);
  return begin_sweep(arguments);
}

}  // namespace lithe::app
