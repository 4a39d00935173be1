// Whether data and options fit a network, before anything is planned.
#pragma once

#include <span>

#include "lithe/model.h"
#include "lithe/trainer.h"
#include "losses/loss.h"

namespace lithe::train {

// Throw Error(data) or Error(usage) that says what is wrong and what would fit.
void check_examples(const Model& model, const Examples& examples, losses::Loss loss);
// Whether these rows of plain numbers are inputs of a network that takes so many values, of which
// at most so many come at once.
void check_rows(const Features& inputs, std::span<const std::uint32_t> rows, std::size_t columns,
                std::size_t most);
void check_threads(std::size_t threads);
void check_options(const TrainOptions& options, const Examples& train);

losses::Choice parse_loss(const std::string& sentence);

}  // namespace lithe::train
