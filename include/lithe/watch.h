// What `--watch gradients` keeps of each layer, and what it says about a network's health.
//
//   options.watch = true; ... trainer.run_epoch(); ...
//   for (const Diagnosis& f : lithe::diagnose(trainer.watched())) std::cout << f.text << '\n';
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace lithe {

// One layer that has a weight matrix (dense layers, convolutions), over the steps of an epoch that
// were looked at: means of what each step showed. A unit is a neuron of a dense layer or a channel
// of an image.
struct LayerWatch {
  std::size_t layer = 0;        // its number in the network, from 1
  std::string label;            // "3 dense(100, relu)"
  std::string activation;       // "relu"; "identity" where there is none
  bool frozen = false;          // it has no gradient and no update
  double mean = 0, spread = 0;  // of what the layer puts out: mean and standard deviation
  double dead = 0;              // share of units that put out 0 for every example of a batch
  double saturated = 0;         // share of values where the activation is almost flat
  double weight_norm = 0, gradient_norm = 0, update_norm = 0;  // Euclidean, of its weights
};

struct EpochWatch {
  std::size_t epoch = 0;
  std::size_t steps = 0;  // that were looked at
  std::vector<LayerWatch> layers;
  // Labels of the layers that learn but have no weight matrix, such as batch_norm: these are not
  // looked at.
  std::vector<std::string> not_watched;
  double train_loss = 0;
  // Of the validation examples, or of the test examples where there are none; 0: neither.
  double evaluation_loss = 0;
  double evaluation_accuracy = 0;   // a share; 0 where there are no classes
  double best_evaluation_loss = 0;  // the lowest up to now
};

enum class Disease { vanishing, exploding, dead_units, saturated, overfitting, not_learning };

struct Diagnosis {
  Disease disease;
  std::size_t layer = 0;  // the worst one's number; 0: the network as a whole
  std::string text;       // what is wrong, with the figures, and what to try
};

// Nothing where nothing is wrong. The worst comes first.
std::vector<Diagnosis> diagnose(const std::vector<EpochWatch>& history);

// How many layers were watched and which were not, in one sentence: "2 layers were watched; not
// watched, because they have no weight matrix: 2 batch_norm".
std::string watched_layers(const std::vector<EpochWatch>& history);

// The layers side by side, over the epochs, as one SVG picture.
std::string draw_watch(const std::vector<EpochWatch>& history);

}  // namespace lithe
