// Optimizers as sentences name them: a rule of updating (rules.h) with what every optimizer can do
// beside it, and the counter that says what each step needs. Where a paper leaves a choice,
// PyTorch's is taken, and the tests compare with its figures.
#pragma once

#include <cstdint>
#include <vector>

#include "lithe/component.h"
#include "network/declaration.h"
#include "optimizers/rules.h"
#include "schedules/schedules.h"

namespace lithe::optimizers {

std::vector<network::Declaration> declarations();
std::vector<network::Declaration> averaging_declarations();

// What every optimizer can do beside its rule. 0: not asked for.
struct Regularization {
  double l1 = 0, l2 = 0;       // added to the gradient; for weights, not for biases
  double weight_decay = 0;     // decoupled: weights shrink by rate * weight_decay; not biases
  double clip_value = 0;       // bounds each value of the gradient
  double clip_layer_norm = 0;  // bounds the norm of each array's gradient
  double clip_norm = 0;        // bounds the norm of all gradients together
  double max_norm = 0;         // bounds the norm of the weights that enter a unit, after the update
};

struct Optimizer {
  Rule rule;
  Regularization regularization = {};
  schedules::Schedule schedule{0.1};

  static Optimizer make(const Component& sentence);
  // Null unless matrices are updated by muon, and only the rest by the rule.
  const Muon* muon() const { return std::get_if<Muon>(&rule); }
};

// Counts steps and gives the coefficients of each, which follow from the number of the step and its
// learning rate.
class StepCounter {
 public:
  explicit StepCounter(const Optimizer& optimizer) : optimizer_(optimizer), rule_(optimizer.rule) {}
  std::uint64_t done() const { return done_; }
  // Those of the next step.
  Coefficients<double> next(double learning_rate);
  // Goes on as if `done` steps had been taken.
  void restart(std::uint64_t done) { done_ = done; }

 private:
  const Optimizer& optimizer_;
  Rule rule_;  // a copy: a rule may keep numbers from step to step
  std::uint64_t done_ = 0;
};

}  // namespace lithe::optimizers
