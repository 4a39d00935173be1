// Whether data and options fit a network, before anything is planned.
#pragma once

#include <span>

#include "lithe/model.h"
#include "lithe/trainer.h"
#include "losses/loss.h"

namespace lithe::graph {
struct Graph;
}

namespace lithe::train {

// These throw Error(data) or Error(usage), which says what is wrong and what would fit.
void check_examples(const Model& model, const Examples& examples, losses::Loss loss);
// The same for training examples. In addition the loss must suit the end of the network and the
// targets, and every output must have a class.
void check_training(const Model& model, const Examples& examples, losses::Loss loss);

// Lengths of sequences must be from 1 to the positions of the network, which must look at them.
void check_lengths(const Network& network, const Features& features);

// Examples that have been checked, whose targets are divided among the positions of the network's
// output, where they were given as one row.
Examples by_positions(const Model& model, const Examples& examples);

// For a network that takes float32 values and at most `most` rows at once.
void check_rows(const graph::Graph& graph, const Features& inputs,
                std::span<const std::uint32_t> rows, std::size_t most);
void check_threads(std::size_t threads);
void check_bfloat16(Precision precision, const TrainOptions& options);
void check_options(const TrainOptions& options, const Examples& train);

losses::Choice parse_loss(const std::string& sentence);

}  // namespace lithe::train
