// lithe train --cv, --seeds: the same training several times, on other rows or with other seeds.
#pragma once

#include "train_options.h"

namespace lithe::app {

// Whether the command asks for it.
bool is_repeated(const TrainCommand& command);

// Trains once for each fold and seed, saves each model beside `command.output`, and prints each
// score, their mean and their standard deviation. Returns the exit status.
int train_repeatedly(const TrainCommand& command);

}  // namespace lithe::app
