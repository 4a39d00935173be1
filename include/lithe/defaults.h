// Settings that suit data nobody has tried yet: what `lithe train --data table.csv` uses where
// nothing else is said.
//
//   const lithe::DefaultTraining chosen = lithe::default_training(data.train, data.shape);
//   lithe::Model model(lithe::Network::parse(chosen.network).with_input({data.shape}));
//   lithe::Trainer trainer(model, data.train, data.test, chosen.options);
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/trainer.h"

namespace lithe {

struct DefaultTraining {
  std::string network;  // without its input layer
  // Loss, optimizer, batch, epochs, validation, patience and standardize_targets are set.
  TrainOptions options;
};

// `train`: classes give cross entropy; numbers that are all 0 or 1, in several columns, are labels
// and give binary cross entropy; other numbers give the mean squared error of standardised targets.
// `shape`: of an example; images in bytes, 16 pixels and more on a side, get a convolutional
// network, everything else dense layers. `batch`: 0, or one that is chosen already; where it is so
// large that few steps are made, there are more epochs. docs/defaults.md shows what the settings
// reach.
DefaultTraining default_training(const Examples& train, const std::vector<std::size_t>& shape,
                                 std::size_t batch = 0);

// The network for a table's rows. In front of its layers, behind its input if it has one, comes
// `standardize`, unless it says itself what becomes of its input (`standardize`: false leaves it
// out), and `embed_columns` where columns are embedded: `columns` is TableSchema::row_columns().
// Throws Error(sentence) where columns are embedded and it begins with `embedding`, which takes
// numbers of categories alone.
Network with_table_input(const Network& network,
                         const std::vector<std::vector<std::size_t>>& columns, bool standardize);

// Throws Error(sentence) where a network for the texts of a table, with this number of different
// tokens (TableColumn::token_count), does not begin with an embedding of as many categories or
// more: it would take the numbers of tokens for quantities, or tokens for unknown ones.
void check_text_input(const Network& network, std::size_t tokens);

// The loss that suits a network of one's own: default_training()'s, or where the network ends in
// probabilities or has one output for two classes, the one that fits these.
std::string default_loss(const Model& model, const Examples& train);
// Whether the examples' answers are labels, any number of which can hold of an example: several
// columns of 0 and 1.
bool are_labels(const Examples& examples);
// The same, and whether a model that was trained with this loss answers with a probability for each
// of them.
bool are_labels(const Examples& examples, const std::string& loss);

}  // namespace lithe
