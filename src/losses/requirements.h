// What a loss asks of a network and of the data.
#pragma once

#include "losses/loss.h"

namespace lithe::losses {

// What the examples may have to be answered, where that is not a class.
enum class Targets {
  numbers,        // any
  probabilities,  // from 0 to 1, of each output by itself
  distribution,   // over the outputs: probabilities that sum to 1
};

struct Requirements {
  bool logits;  // the outputs are logits, so the network must not end in softmax or sigmoid
  Targets targets;
};

Requirements requirements(Loss loss);

}  // namespace lithe::losses
