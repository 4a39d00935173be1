// What training is set up with, from options and data.
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

// How much each example counts; empty where all count 1.
std::vector<float> example_weights(const Examples& examples, const TrainOptions& options);

// Which rows are trained on, and which are held out.
struct Rows {
  std::vector<std::uint32_t> train, held;
};
Rows choose_rows(const Examples& examples, const TrainOptions& options);

// Which learned arrays belong to the layers that are frozen.
std::vector<bool> frozen_arrays(const graph::Graph& graph, const std::vector<std::size_t>& layers);

// What options.augment says; null where it says nothing. `input` is the shape the network takes.
std::unique_ptr<augment::Augmenter> make_augmenter(const TrainOptions& options, const Shape& input,
                                                   const Features& features);

optimizers::Optimizer parse_optimizer(const std::string& sentence);

// What options.blas says, looked for, tried and loaded; null where no BLAS is to be used or asked.
std::unique_ptr<plan::Blas> load_blas(const TrainOptions& options, Precision precision);

// How weights are averaged.
struct Averaging {
  enum class Kind { none, ema, swa } kind = Kind::none;
  double amount = 0;  // decay, or the share of the training after which it begins
};
Averaging parse_averaging(const std::string& sentence);

}  // namespace lithe::train
