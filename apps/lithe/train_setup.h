// From what `lithe train` is told to a model and data that fit one another.
#pragma once

#include "train_options.h"

namespace lithe::app {

struct TrainSetup {
  Dataset data;
  Examples train;  // those of the data that are asked for
  Model model;
};

// Loads the data; makes the model, or takes another's layers over; standardises tables.
TrainSetup set_up(const TrainCommand& command);

}  // namespace lithe::app
