// Whether data and options fit a network, before anything is planned.
#pragma once

#include "lithe/model.h"
#include "lithe/trainer.h"
#include "losses/loss.h"

namespace lithe::train {

// Throw Error(data) or Error(usage) that says what is wrong and what would fit.
void check_examples(const Model& model, const Examples& examples, losses::Loss loss);
void check_options(const TrainOptions& options, const Examples& train);

losses::Choice parse_loss(const std::string& sentence);

}  // namespace lithe::train
