// lithe train --ensemble 10: several models that answer together (lithe/ensemble.h).
#pragma once

#include "train_options.h"

namespace lithe::app {

// Trains them, prints the score of each and that of the ensemble, and saves it. Returns the exit
// status. Throws Error(usage) for options of a single training.
int train_members(TrainCommand& command);

}  // namespace lithe::app
