// From what `lithe train` is told to a model and data that fit one another.
#pragma once

#include <optional>

#include "lithe/calibrate.h"
#include "train_options.h"

namespace lithe::app {

struct TrainSetup {
  Dataset data;
  Examples train;  // those of the data that are asked for
  Model model;
  std::optional<OpenTrainingSet> open;  // `train` and outliers, where there are some to learn from
  bool drops_calibration = false;       // that another model had whose layers were taken over
  std::vector<std::string> understood = {};  // how the data were read, in lines
  std::string understood_json = "null";
  std::optional<WindowReport> windows = {};

  const Examples& learned() const { return open ? open->examples : train; }
};

// Loads the data, whose shape the options are told; makes the model, or takes another's layers
// over; standardises tables.
TrainSetup set_up(TrainCommand& command);
// The same in two steps, for several trainings on the same data: those of another command may be
// given where it chooses them likewise.
LoadedData load_training_data(TrainCommand& command);
TrainSetup set_up(TrainCommand& command, LoadedData loaded);
// Whether the network has a single output, which decides how a table's numbers are understood.
bool has_one_output(const std::string& network);

}  // namespace lithe::app
