// lithe train: load, plan, train epoch by epoch, save.
#include <fmt/format.h>

#include <chrono>

#include "allocations.h"
#include "command.h"
#include "lithe/data.h"
#include "lithe/error.h"
#include "terminal.h"
#include "train_report.h"

namespace lithe::app {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Model make_model(const TrainCommand& command, const Dataset& data) {
  const Network network = Network::parse(command.network).with_input(Shape{data.shape});
  Model model(network, parse_precision(command.precision), command.options.seed,
              {data.train.features.divisor, data.class_names});
  model.notes()["lithe.loss"] = command.options.loss;
  model.notes()["lithe.optimizer"] = command.options.optimizer;
  model.notes()["lithe.data"] = data.name;
  return model;
}

// Notices before the training, not after it, that the model can't be saved.
void check_output(const std::string& output) {
  const std::filesystem::path path(output);
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(folder))
    throw Error(ErrorKind::usage, fmt::format("there is no folder '{}'", folder.string()),
                "--output", "make it first");
  if (std::filesystem::is_directory(path))
    throw Error(ErrorKind::usage, fmt::format("'{}' is a folder", output), "--output",
                "the name of a file");
}

void train_epochs(Trainer& trainer, Run& run) {
  ProgressBar bar;
  catch_interrupt();
  const Watcher watcher = [&](double done) {
    bar.draw("training", done);
    return !interrupted();
  };
  run.epochs.reserve(run.command.epochs);
  for (std::size_t epoch = 0; epoch < run.command.epochs && !interrupted(); ++epoch) {
    const auto before = heap_calls();
    EpochLine line{trainer.run_epoch(watcher), {}};
    if (before) line.allocations = *heap_calls() - *before;
    bar.clear();
    run.epochs.push_back(line);
    if (!run.command.json) print_epoch(run, line);
  }
}

}  // namespace

int train(const Arguments& arguments) {
  const Clock::time_point start = Clock::now();
  TrainCommand command;
  if (const auto status = parse_train(arguments, command)) return *status;
  if (!command.explain) check_output(command.output);
  const Clock::time_point loading = Clock::now();
  const Dataset data = load_dataset(command.data, data_folder(command.data_dir));
  const double loading_seconds = seconds_since(loading);
  Examples examples = data.train;
  if (command.examples > examples.features.rows)
    throw Error(
        ErrorKind::usage,
        fmt::format("{} examples of {} that there are", command.examples, examples.features.rows),
        "--examples", fmt::format("from 1 to {}", examples.features.rows));
  if (command.examples != 0) examples = examples.slice(0, command.examples);
  Model model = make_model(command, data);
  const Limits limits = machine_limits(identify_machine(), command.options.isa);
  Trainer trainer(model, examples, data.test, command.options);
  Run run{command,
          model.network().to_string(),
          trainer.plan(),
          limits,
          loading_seconds,
          seconds_since(start),
          {},
          {}};
  if (command.explain) {
    command.json ? print_json(run) : print_plan(run);
    return 0;
  }
  if (!command.json) print_header(run);
  train_epochs(trainer, run);
  model.notes()["lithe.epochs"] = fmt::format("{}", run.epochs.size());
  if (!run.epochs.empty() && run.epochs.back().report.total > 0)
    model.notes()["lithe.score"] =
        fmt::format("{}/{}", run.epochs.back().report.correct, run.epochs.back().report.total);
  model.save(command.output);
  run.plan = trainer.plan();
  run.time = trainer.time_split();
  if (command.json) {
    print_json(run);
    return 0;
  }
  if (interrupted()) fmt::print("Interrupted: the model is as it was then\n");
  print_time(run);
  fmt::print("Model: {}\n", command.output);
  return 0;
}

}  // namespace lithe::app
