// What `lithe sweep` is told: the options of `lithe train`, in which names in braces stand for what
// is tried, and its own.
#pragma once

#include <string>
#include <vector>

#include "command.h"
#include "lithe/sweep.h"
#include "options.h"
#include "train_options.h"

namespace lithe::app {

struct SweepChoice {
  std::vector<std::string> tries = {};
  std::string search = "sobol", metric = {};
  std::size_t trials = 64, factor = 3, workers = 0, keep_models = 10;
  std::string folder = "runs";
  std::string join = {}, part = {}, show = {}, report = {};
  bool json = false, chose_trials = false;
};

// Options as they were written, braces and all: a training's, without those of the sweep.
class SweepArguments {
 public:
  SweepArguments() = default;
  explicit SweepArguments(std::vector<GivenOption> options) : options_(std::move(options)) {}

  const std::vector<GivenOption>& options() const { return options_; }
  bool has(const std::string& option) const;
  // What an option says, before anything is filled in; empty: nothing.
  std::string text_of(const std::string& option) const;
  void set(const std::string& option, const std::string& value);
  // Whether a name in braces stands in it.
  bool is_tried(const std::string& option, const std::vector<SweepParameter>& parameters) const;
  // The command line of a trial.
  Arguments filled(const std::vector<SweepParameter>& parameters,
                   const std::vector<std::string>& values) const;

 private:
  std::vector<GivenOption> options_;
};

// Fills values in for names in braces, also for those in values.
std::string fill_in(std::string text, const std::vector<SweepParameter>& parameters,
                    const std::vector<std::string>& values);

// The command line as a shell takes it: "lithe train --network \"dense(8)\" ...".
std::string shell_line(const Arguments& arguments);

// Reads a command line with `--try`, whose parameters go to `parameters`. Returns an exit status
// instead where help was asked for. Throws Error(usage) for a name in braces that is not tried, or
// one that is tried and stands nowhere.
std::optional<int> parse_sweep(const Arguments& arguments, SweepChoice& choice, std::string& output,
                               std::vector<SweepParameter>& parameters, SweepArguments& written);

// A trial's arguments as `lithe train` understands them.
TrainCommand parse_trial(const Arguments& arguments);

// Whether the option is about which data are read, and how.
bool is_about_data(const std::string& option);

// "3/16" -> {2, 16}
std::pair<std::size_t, std::size_t> parse_part(const std::string& text);

}  // namespace lithe::app
