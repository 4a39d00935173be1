// The optimizers: their declarations, and what each step of one needs, as a function of the number
// of the step and the learning rate.
//
// Robbins and Monro, 1951 (sgd); Polyak, 1964 (momentum); Nesterov, 1983, in the form of Sutskever
// and others, 2013; Duchi, Hazan, Singer, 2011 (adagrad); Tieleman and Hinton, 2012 (rmsprop);
// Kingma and Ba, 2015 (adam); Loshchilov and Hutter, 2019 (adamw); Dozat, 2016 (nadam); Liu and
// others, 2020 (radam); Chen and others, 2023 (lion); Jordan and others, 2024 (muon). Where papers
// leave a choice, PyTorch's is taken, whose figures the tests hold them against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "lithe/component.h"
#include "network/declaration.h"
#include "optimizers/rule.h"
#include "schedules/schedules.h"

namespace lithe::optimizers {

std::vector<network::Declaration> declarations();
std::vector<network::Declaration> averaging_declarations();

// What every optimizer can do beside its rule. 0: not asked for.
struct Regularization {
  double l1 = 0, l2 = 0;       // added to the gradient; for weights, not for biases
  double weight_decay = 0;     // decoupled: weights shrink by rate * weight_decay; not biases
  double clip_value = 0;       // each value of the gradient
  double clip_layer_norm = 0;  // the norm of each array's gradient
  double clip_norm = 0;        // the norm of all gradients together
  double max_norm = 0;         // the norm of the weights that enter a unit, after the update
};

// An orthogonal update of matrices (muon) beside the rule, which updates the rest.
struct Muon {
  double momentum, weight_decay;
  double rest;  // the rate of the rest as a share of the matrices'
};

struct Optimizer {
  Rule rule;
  double a = 0, b = 0, epsilon = 0;  // momentum, decays: as the rule has them
  Regularization regularization = {};
  std::optional<Muon> muon = {};
  schedules::Schedule schedule{0.1};

  static Optimizer make(const Component& sentence);
};

// Counts steps, and says what each needs. What it says follows from the number of the step and the
// rates that were asked for.
class Steps {
 public:
  explicit Steps(const Optimizer& optimizer) : optimizer_(optimizer) {}
  std::uint64_t done() const { return done_; }
  // Of the next step, at that learning rate.
  Coefficients<double> next(double rate);
  void restart(std::uint64_t done);  // as after so many steps

 private:
  void count();
  const Optimizer& optimizer_;
  std::uint64_t done_ = 0;
  double nadam_product_ = 1, nadam_now_ = 0, nadam_next_ = 0;
};

}  // namespace lithe::optimizers
