// Trains the trials of a sweep: what `lithe train` would do with the same options on one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lithe/calibrate.h"
#include "lithe/sweep.h"
#include "sweep_options.h"
#include "train_setup.h"

namespace lithe::app {

class SweepTrials {
 public:
  SweepTrials(SweepArguments arguments, std::vector<SweepParameter> parameters)
      : arguments_(std::move(arguments)), parameters_(std::move(parameters)) {}

  const SweepArguments& arguments() const { return arguments_; }
  // Reads the data that all trials share, and finds out what is the same for all: whether examples
  // are held out, and what the trials are compared by. `points`: values of the first trials; the
  // settings of one of them must be possible. Throws what the first one does where none is.
  void prepare(const std::vector<std::vector<std::string>>& points, const std::string& metric);

  const std::string& metric() const { return metric_; }
  std::size_t epochs() const { return epochs_; }
  const std::string& data_digest() const { return digest_; }
  const std::vector<std::string>& understood() const { return understood_; }
  const std::string& defaults() const { return defaults_; }
  bool holds_out_by_default() const { return holds_out_by_default_; }

  // One after another the trainings of a trial's seeds.
  SweepScores train(const SweepFolder& folder, const SweepTask& task);
  Arguments arguments_of(const std::vector<std::string>& values) const {
    return arguments_.filled(parameters_, values);
  }

 private:
  // The data that a trial's command asks for, and their key.
  std::string key_of(const TrainCommand& command, const std::vector<std::string>& values) const;
  const LoadedData& data_of(TrainCommand& command, const std::vector<std::string>& values);
  const Examples& validation_of(const TrainCommand& command, const TrainSetup& setup,
                                const std::string& key);
  double score_of(const Evaluation& evaluation) const;

  SweepArguments arguments_;
  std::vector<SweepParameter> parameters_;
  std::string metric_, digest_, defaults_;
  std::vector<std::string> understood_;
  std::size_t epochs_ = 0;
  bool holds_out_by_default_ = false;
  std::map<std::string, LoadedData> data_;
  std::map<std::string, HoldoutSplit> validation_;
};

// The kept model of the best trial, or of another.
inline constexpr const char* kTrialNote = "sweep.trial";

}  // namespace lithe::app
