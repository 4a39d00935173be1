// What `lithe train` prints: an epoch a line, where the time went, the plan; or all of it as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lithe/evaluation_report.h"
#include "lithe/machine.h"
#include "lithe/trainer.h"
#include "train_options.h"
#include "train_unknown.h"

namespace lithe::app {

struct EpochLine {
  EpochReport report;
  std::optional<std::uint64_t> allocations;
};

struct Run {
  const TrainCommand& command;
  std::string network;  // as printed
  PlanReport plan;
  Limits limits;
  double loading_seconds = 0;
  double start_seconds = 0;  // from the start of the command to the first step
  std::vector<EpochLine> epochs;
  TimeSplit time;
  std::vector<Diagnosis> findings;
  bool regression = false;
  bool soft_targets = false;  // the examples trained on have no classes to count
  std::optional<UnknownRun> unknown;
  std::string watched = {};  // which layers the findings are about
  TrainingResult result = {};
  std::size_t targets = 1;                             // numbers to predict
  std::optional<RegressionReport> target_scores = {};  // at the end, of several
  bool labels = false;  // the targets are labels: an answer is right if all of them are
  std::vector<std::string> never_predicted = {};  // classes that the test examples have
  std::string understood = "null";                // how the data were read, as JSON
  std::string saved_in = {};                      // the file of the model, once it is written
  std::string earlier_model = {};  // where one with its default name was moved to; empty: none was
  double processors = 1;           // that the program may use
  std::optional<WindowReport> windows = {};  // of rows taken as windows
  std::string per = {};  // what the network answers at, a character say; empty: at whole examples

  // A mean loss in bits, where it is one of answers at positions that can be said in bits.
  std::optional<double> bits(double mean_loss) const;
  // The epoch whose weights the model has; null where none was run.
  const EpochReport* kept() const;

  // The limit that holds for the run: arithmetic, in its precision, of a core, and of those that
  // its threads can have. Where some stages multiply bfloat16 values and others do not, each counts
  // with its own.
  double core_limit() const;
  double core_limit(const PlanStage& stage) const;
  std::string_view precision() const;
  double limit() const;
};

void print_header(const Run& run);
void print_epoch(const Run& run, const EpochLine& line);
// How far a training of several epochs is: its last epoch, after `seconds_spent`.
void print_time_left(const Run& run, double seconds_spent);
// With --patience: whether it stopped, and the epoch whose weights the model has.
void print_kept_epoch(const Run& run);
void print_findings(const Run& run);
// The classes that the model has given up.
void print_never_predicted(const Run& run);
void print_time(const Run& run);
// Where other programs kept threads waiting, so that fewer went on.
void print_fewer_threads(const Run& run);
void print_plan(const Run& run);
void print_json(const Run& run);

}  // namespace lithe::app
