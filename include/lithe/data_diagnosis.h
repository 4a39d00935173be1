// Why a training did not learn, looked for in its data before the network is blamed.
//
//   const DataSummary data = summarize(model, train, options);
//   std::vector<EpochReport> reports; ... reports.push_back(trainer.run_epoch()); ...
//   for (const Diagnosis& f : diagnose(data, reports)) std::cout << f.text << '\n';
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lithe/dataset.h"
#include "lithe/model.h"
#include "lithe/trainer.h"
#include "lithe/watch.h"

namespace lithe {

struct DataSummary {
  // The training loss of the best answer that is the same for every example; not a number where the
  // loss, or weights of the examples, leave it unknown.
  double constant_loss = 0;
  // The root mean square of the input that has the largest, as it comes to the first layer that
  // learns; 0 where a standardize layer stands in front. Its number, from 0.
  double largest_input = 0;
  std::size_t input = 0;
  // Of the target that is farthest from mean 0 and standard deviation 1 as it is learned.
  double target_mean = 0, target_deviation = 1;
  std::size_t target = 0;
  // The most frequent class, and its share; 0 where there are no classes.
  std::size_t frequent_class = 0;
  double frequent_share = 0;
  bool balanced = false;  // the classes have weights
};

// `train` and `options` are those of the training, and the model has been trained with them.
DataSummary summarize(const Model& model, const Examples& train, const TrainOptions& options);

// Nothing after fewer than three epochs, and where the loss fell below that of the constant answer,
// on the training examples and, where there are some, on held-out ones. `inputs`: the inputs'
// names, for the text; there may be none.
std::vector<Diagnosis> diagnose(const DataSummary& data, const std::vector<EpochReport>& reports,
                                const std::vector<std::string>& inputs = {});

// Only what is wrong with the scale of inputs and targets: that may end a training with a loss that
// is no longer a number.
std::vector<Diagnosis> diagnose_scale(const DataSummary& data,
                                      const std::vector<std::string>& inputs = {});

}  // namespace lithe
