// Makes what training needs from options and data.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "augment/augment.h"
#include "lithe/trainer.h"
#include "optimizers/optimizers.h"
#include "plan/blas.h"
#include "plan/plan.h"

namespace lithe::train {

// The weight of each example by its class; empty where the options give no weights of classes.
std::vector<float> example_weights(const Examples& examples, const TrainOptions& options);
// The examples, pointing to these weights unless they are empty.
Examples weighted(const Examples& examples, const std::vector<float>& weights);

// 0, 1, ... count - 1
std::vector<std::uint32_t> all_rows(std::size_t count);

// Which rows are trained on, and which are left for validation.
struct Rows {
  std::vector<std::uint32_t> train, validation;
};
Rows choose_rows(const Examples& examples, const TrainOptions& options);

// By parameter: whether it belongs to a frozen layer.
std::vector<bool> frozen_arrays(const graph::Graph& graph, const std::vector<std::size_t>& layers);

// The augmenter of options.augment; null where that is empty. `input`: the shape that the network
// takes.
std::unique_ptr<augment::Augmenter> make_augmenter(const TrainOptions& options, const Shape& input,
                                                   const Features& features);

optimizers::Optimizer parse_optimizer(const std::string& sentence);

// Finds, tries and loads the BLAS of options.blas; null where none is used or measured.
std::unique_ptr<plan::Blas> load_blas(const TrainOptions& options, Precision precision);

}  // namespace lithe::train
