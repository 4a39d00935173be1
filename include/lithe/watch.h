// What `--watch gradients` keeps of each layer, and what it says about a network's health.
//
//   options.watch = true; ... trainer.run_epoch(); ...
//   for (const Diagnosis& f : lithe::diagnose(trainer.watched())) std::cout << f.text << '\n';
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace lithe {

// One layer that has weights, over the steps of an epoch that were looked at (means of what each
// step showed).
struct LayerWatch {
  std::size_t layer = 0;        // its number in the network, from 1
  std::string label;            // "3 dense(100, relu)"
  std::string activation;       // "relu"; "identity" where there is none
  double mean = 0, spread = 0;  // of what the layer puts out: mean and standard deviation
  double dead = 0;              // share of units that put out 0 for every example of a batch
  double saturated = 0;         // share of values where the activation is almost flat
  double weight_norm = 0, gradient_norm = 0, update_norm = 0;  // Euclidean, of its weights
};

struct EpochWatch {
  std::size_t epoch = 0;
  std::size_t steps = 0;  // that were looked at
  std::vector<LayerWatch> layers;
  double train_loss = 0, held_loss = 0;  // held: of validation or test examples; 0: none
  double held_accuracy = 0;              // a share; 0 where there are no classes
  double held_loss_best = 0;             // the lowest up to now
};

enum class Disease { vanishing, exploding, dead_units, saturated, overfitting, not_learning };

struct Diagnosis {
  Disease disease;
  std::size_t layer = 0;  // the worst one's number; 0: the network as a whole
  std::string text;       // what is wrong, with the figures, and what to try
};

// Nothing where nothing is wrong. The worst comes first.
std::vector<Diagnosis> diagnose(const std::vector<EpochWatch>& history);

// The layers side by side, over the epochs, as one SVG picture.
std::string draw_watch(const std::vector<EpochWatch>& history);

}  // namespace lithe
