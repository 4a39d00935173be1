// What `lithe train` is told, by a recipe, the command line, or both (the command line wins).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "command.h"
#include "lithe/trainer.h"
#include "training_data.h"
#include "unknown_options.h"

namespace lithe::app {

inline constexpr const char* kBfloat16 = "bfloat16";  // a --precision whose model is in float32

struct TrainCommand {
  std::string recipe, network, output;
  DataChoice data;
  std::size_t examples = 0;  // 0: all
  std::string precision = "float32";
  TrainOptions options;
  // What the command line or the recipe says, as opposed to what fits the data (lithe/defaults.h).
  struct Given {
    bool recipe = false, network = false, loss = false, optimizer = false, batch = false,
         epochs = false, validation = false;
  } given;
  std::string defaults = {};  // the options that were chosen by the data, as one would write them
  std::string validation = "0", watch, freeze;  // as they are written
  std::string from, head;
  std::size_t folds = 0, seeds = 1;       // of a cross-validation, and trainings with other seeds
  std::size_t members = 0;                // of an ensemble; 0: a single model
  std::string resume;                     // "yes", "auto", or nothing
  std::string keep;                       // models to keep, such as "best 3, last 2"
  std::vector<std::string> changes = {};  // of a training that is resumed, in options
  std::string curve;                      // file for a picture of the loss and the score
  std::string profile;                    // folder for one; empty: none is asked for
  UnknownChoice unknown;
  bool holds_out_to_calibrate = false;  // what was not asked for is held out for --unknown
  bool no_standardize = false;
  bool oversubscribe = false;  // more threads than processors
  std::string notice = {};     // of an option that is used otherwise; empty: none
  bool keeps_earlier = false;  // no name was given: an earlier model of that name is kept
  bool explain = false, verbose = false, json = false;
  // What the recipe promises; nothing is done with it here.
  std::string score, promise, report, splits;
};

// Returns an exit status instead where help was asked for or the arguments are wrong. `what` is the
// command: train, or another that is told the same things.
std::optional<int> parse_train(const Arguments& arguments, TrainCommand& command,
                               const std::string& what = "train",
                               const std::function<void(Options&)>& add_more = {});

}  // namespace lithe::app
