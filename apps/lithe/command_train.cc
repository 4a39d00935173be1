// lithe train: load, plan, train epoch by epoch, save.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <vector>

#include "allocations.h"
#include "base/figure.h"
#include "base/file.h"
#include "clock.h"
#include "command.h"
#include "cross_validation.h"
#include "lithe/data_diagnosis.h"
#include "lithe/defaults.h"
#include "lithe/error.h"
#include "lithe/evaluation_report.h"
#include "lithe/history.h"
#include "lithe/table.h"
#include "lithe/text.h"
#include "never_predicted.h"
#include "output_file.h"
#include "profile_output.h"
#include "target_scores.h"
#include "terminal.h"
#include "train_members.h"
#include "train_report.h"
#include "train_setup.h"
#include "train_state.h"

namespace lithe::app {

namespace {

// Where no progress bar shows it, the time that is left is told so often, in seconds.
constexpr double kTellEvery = 5;

void train_epochs(Trainer& trainer, Run& run) {
  ProgressBar bar;
  KeptModels kept(run.command);
  catch_interrupt();
  const double all = static_cast<double>(run.command.options.epochs);
  std::string label;
  const ProgressCallback progress = [&](double done) {
    bar.draw(label, (static_cast<double>(run.epochs.size()) + done) / all);
    return !interrupted();
  };
  run.epochs.reserve(run.command.options.epochs);
  const Clock::time_point start = Clock::now();
  double last_told = 0;
  while (!trainer.finished() && !interrupted()) {
    label = fmt::format("epoch {} of {}", run.epochs.size() + 1, run.command.options.epochs);
    watch_heap(run.command.options.profile);
    const auto before = heap_calls();
    EpochLine line{trainer.run_epoch(progress), {}};
    watch_heap(false);
    if (before) line.allocations = *heap_calls() - *before;
    bar.clear();
    run.epochs.push_back(line);
    if (!line.report.stopped) kept.update(trainer);
    if (run.command.json) continue;
    print_or_stop([&] { print_epoch(run, line); });
    if (bar.shown() || seconds_since(start) < last_told + kTellEvery) continue;
    last_told = seconds_since(start);
    print_or_stop([&] { print_time_left(run, last_told); });
  }
  run.result = trainer.finish();
}

std::vector<EpochReport> reports_of(const Run& run) {
  std::vector<EpochReport> reports;
  for (const EpochLine& line : run.epochs) reports.push_back(line.report);
  return reports;
}

// What a network answers of at each position: a character of a text, say.
std::string token_name(const Model& model) {
  const std::string& vocabulary = model.preprocessing().vocabulary;
  return vocabulary.empty() ? "position"
                            : std::string(singular(Vocabulary::from_json(vocabulary).unit()));
}

// Of the epoch whose weights the model has.
std::string score_text(const Run& run, const EpochReport& kept) {
  if (run.regression && !run.labels) return "rmse " + base::figure(kept.test_rmse);
  return fmt::format("{}/{}", kept.correct, kept.total);
}

// Windows have a column many times.
std::vector<std::string> input_names(const Model& model) {
  const std::string& schema = model.preprocessing().schema;
  return schema.empty() || model.metadata().contains("lithe.windows")
             ? std::vector<std::string>{}
             : TableSchema::from_json(schema).feature_names();
}

// The data are blamed before the network is.
std::vector<Diagnosis> diagnose_data(const TrainSetup& setup, const Run& run) {
  return diagnose(summarize(setup.model, setup.learned(), run.command.options), reports_of(run),
                  input_names(setup.model));
}

// Trains; where the loss is no longer a number, says first what is wrong with the data.
void train_epochs(Trainer& trainer, const TrainSetup& setup, Run& run) {
  try {
    train_epochs(trainer, run);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::numeric)
      for (const Diagnosis& one :
           diagnose_scale(summarize(setup.model, setup.learned(), run.command.options),
                          input_names(setup.model)))
        print_folded(stderr, "Diagnosis: {}\n", one.text);
    throw;
  }
}

void add_layer_findings(Run& run, const Trainer& trainer) {
  run.watched = watched_layers(trainer.watched());
  const bool explained = !run.findings.empty();
  for (const Diagnosis& one : diagnose(trainer.watched()))
    if (!explained || one.disease != Disease::not_learning) run.findings.push_back(one);
}

void note_never_predicted(Run& run, const Model& model, const Examples& test) {
  if (run.kept() == nullptr || interrupted()) return;
  run.never_predicted = names_never_predicted(model, test, run.kept()->correct);
}

// What happens although no option asked for it.
void print_notices(const TrainCommand& command, const TrainSetup& setup) {
  if (!command.notice.empty()) print_folded("{}\n", command.notice);
  if (command.holds_out_to_calibrate)
    print_folded(
        "{:.0f}% of the training examples are held out to calibrate --unknown by; "
        "--validation says how many\n",
        100 * command.options.validation);
  if (setup.open)
    print_folded("{} outliers beside {} known examples\n",
                 setup.open->examples.features.rows - setup.open->known, setup.open->known);
  if (setup.drops_calibration)
    print_folded(
        "What {} calls unknown does not hold for other weights and is not taken over; "
        "--unknown calibrates anew\n",
        command.from);
}

void save_picture(const TrainCommand& command, const Trainer& trainer, bool quiet) {
  const std::filesystem::path picture =
      std::filesystem::path(command.output).replace_extension(".layers.svg");
  base::write_file_atomically(picture, draw_watch(trainer.watched()));
  if (!quiet) print_folded("Picture of the layers: {}\n", picture.string());
}

void save_profile(const Trainer& trainer, const Run& run, const MachineIdentity& machine) {
  std::optional<std::uint64_t> calls;
  for (const EpochLine& line : run.epochs)
    if (line.allocations) calls = calls.value_or(0) + *line.allocations;
  const ProfileRecords records = trainer.profile();
  const Profile profile = profile_of(records, machine, run.limits, calls);
  write_profile(run.command.profile, profile, records);
  if (run.command.json) return;
  print_folded("\n{}Profile: {}\n", profile_table(profile), run.command.profile);
}

void go_on(Trainer& trainer, Run& run) {
  const std::string file = run.command.options.state.string();
  trainer.load_state(file);
  for (const EpochReport& report : trainer.history()) run.epochs.push_back({report, {}});
  if (run.command.json) return;
  const TrainingState state = read_state(file);
  print_folded(
      "Going on from {}: {} of {} epochs are done{}\n", file, state.epoch, state.epochs,
      state.examples > 0 ? fmt::format(", and {} examples of the next one", state.examples) : "");
  for (const std::string& change : run.command.changes) print_folded("  changed: {}\n", change);
}

// Where else a model may be written to: beside the state, and among the temporary files.
std::vector<std::filesystem::path> other_folders(const TrainCommand& command) {
  std::vector<std::filesystem::path> folders;
  if (!command.options.state.empty()) folders.push_back(command.options.state.parent_path());
  std::error_code unknown;
  folders.push_back(std::filesystem::temp_directory_path(unknown));
  std::erase(folders, std::filesystem::path(command.output).parent_path());
  return folders;
}

// Where the model cannot be written to where it was asked for, it is written to the first folder
// that takes it. Returns the exit status.
int save_model(const Model& model, Run& run) {
  const TrainCommand& command = run.command;
  const std::filesystem::path output = command.output;
  try {
    if (command.keeps_earlier && run.saved_in.empty()) run.earlier_model = keep_earlier(output);
    model.save(output);
    run.saved_in = output.string();
    return 0;
  } catch (const Error& error) {
    for (const std::filesystem::path& folder : other_folders(command)) {
      const std::filesystem::path other =
          folder / fmt::format("{}-{}", ::getpid(), output.filename().string());
      try {
        model.save(other);
      } catch (const Error&) {
        continue;
      }
      run.saved_in = other.string();
      print_folded(stderr, "lithe: {}\n  the model is in {} instead\n", error.problem(),
                   other.string());
      return 1;
    }
    throw;
  }
}

// The model is saved already, and again with what the calibration found.
int calibrate_model(TrainSetup& setup, Run& run, std::optional<ScoreComparison> comparison) {
  try {
    run.unknown = calibrate(run.command, setup, std::move(comparison));
  } catch (const Error& error) {
    throw Error(error.kind(), "the model cannot be calibrated: " + error.problem(), error.where(),
                fmt::format("{}{}`lithe calibrate {}`, which needs no training", error.remedy(),
                            error.remedy().empty() ? "" : "; ", run.saved_in));
  }
  return save_model(setup.model, run);
}

// Whether the state could be written at the end. Returns the exit status.
int report_state(const Run& run) {
  if (!run.command.options.state.empty() && !run.command.json && run.result.state_error.empty())
    print_folded("State: {}\n", run.command.options.state.string());
  if (run.result.state_error.empty()) return 0;
  print_folded(stderr, "lithe: the last state is not written: {}\n", run.result.state_error);
  return 1;
}

void print_result(const Run& run) {
  if (interrupted()) print_folded("Interrupted: the model has the weights of that moment\n");
  print_kept_epoch(run);
  if (run.target_scores) {
    print_folded("Test rows, by target:\n");
    print_targets(*run.target_scores);
  }
  print_naive(run.windows);
  print_never_predicted(run);
  print_findings(run);
  if (run.unknown) print(*run.unknown);
  print_time(run);
  print_fewer_threads(run);
  if (run.saved_in == run.command.output)
    print_folded("Model: {}{}\n", run.saved_in,
                 run.earlier_model.empty()
                     ? ""
                     : fmt::format(" (the earlier one is kept as {})", run.earlier_model));
}

// What comes when all epochs are done. Returns the exit status.
int finish(Trainer& trainer, TrainSetup& setup, Run& run, std::optional<ScoreComparison> comparison,
           const MachineIdentity& machine) {
  const TrainCommand& command = run.command;
  const Model& model = setup.model;
  note_never_predicted(run, model, setup.data.test);
  int status = 0;
  if (command.unknown.asked()) status = calibrate_model(setup, run, std::move(comparison));
  if (!command.curve.empty()) {
    base::write_file_atomically(command.curve, draw_history(history_of(model)));
    if (!command.json) print_folded("Picture of loss and score: {}\n", command.curve);
  }
  if (run.targets > 1 && setup.data.test.features.rows > 0)
    run.target_scores =
        report_evaluation(model, setup.data.test, {.isa = command.options.isa}).values;
  run.plan = trainer.plan();
  run.time = trainer.time_split();
  run.findings = diagnose_data(setup, run);
  if (command.options.watch) {
    add_layer_findings(run, trainer);
    save_picture(command, trainer, command.json);
  }
  if (command.options.profile) save_profile(trainer, run, machine);
  command.json ? print_json(run) : print_result(run);
  return status;
}

}  // namespace

int train(const Arguments& arguments) {
  const Clock::time_point start = Clock::now();
  TrainCommand command;
  if (const auto status = parse_train(arguments, command)) return *status;
  if (command.members > 0) return train_members(command);
  if (is_repeated(command)) return train_repeatedly(command);
  if (!command.curve.empty()) check_picture(command.curve, "--curve");
  if (!command.explain) check_model_output(command.output, "--output");
  std::vector<base::FileLock> locks;
  if (!command.explain)
    locks = claim_outputs({{command.output, "--output"},
                           {command.options.state, "--state"},
                           {command.curve, "--curve"}});
  if (command.options.profile && !command.explain) prepare_profile_folder(command.profile);
  const Clock::time_point loading = Clock::now();
  TrainSetup setup = set_up(command);
  Model& model = setup.model;
  if (!command.from.empty()) keep_network(command.options.state_notes, model.network());
  const double loading_seconds = seconds_since(loading);
  const MachineIdentity machine = identify_machine();
  const Limits limits = machine_limits(machine, command.options.isa);
  // What cannot be saved, such as a name that is no text, is told before the training.
  if (!command.explain) model.save("/dev/null");
  std::optional<ScoreComparison> comparison;
  command.options.benchmark_blas = command.explain;
  if (!command.explain) comparison = compare_scores(command, setup);
  Trainer trainer(model, setup.learned(), setup.data.test, command.options);
  Run run{command,
          model.network().to_string(),
          trainer.plan(),
          limits,
          loading_seconds,
          seconds_since(start) - (comparison ? comparison->seconds : 0),
          {},
          {},
          {},
          setup.train.labels == nullptr,
          setup.learned().labels == nullptr,
          {}};
  run.labels = are_labels(setup.learned(), command.options.loss);
  if (run.regression && !run.labels)
    run.targets = std::max<std::size_t>(1, setup.learned().target_columns);
  if (setup.learned().positions > 1) run.per = token_name(model);
  run.understood = setup.understood_json;
  run.windows = setup.windows;
  run.processors = machine.usable_cpus;
  if (command.explain) {
    command.json ? print_json(run) : print_plan(run);
    return 0;
  }
  if (!command.json)
    for (const std::string& line : setup.understood) print_folded("{}\n", line);
  if (!command.json && !command.defaults.empty())
    print_folded("Chosen by the data: {}\n", command.defaults);
  if (!command.json) print_header(run);
  if (!command.json) print_notices(command, setup);
  if (!command.resume.empty()) go_on(trainer, run);
  train_epochs(trainer, setup, run);
  keep_history(model, reports_of(run), setup.learned(), setup.data.test);
  model.metadata()["lithe.epochs"] = fmt::format("{}", run.epochs.size());
  if (run.kept() != nullptr && run.kept()->total > 0)
    model.metadata()["lithe.score"] = score_text(run, *run.kept());
  const int status = save_model(model, run);  // before anything else can fail
  try {
    const int finished = finish(trainer, setup, run, std::move(comparison), machine);
    return std::max({status, finished, report_state(run)});
  } catch (const Error&) {
    print_folded(stderr, "The trained model is in {}\n", run.saved_in);
    throw;
  }
}

}  // namespace lithe::app
