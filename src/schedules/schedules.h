// Schedules of the learning rate, written in the place of the rate: adam(one_cycle(3e-3)).
//
// A schedule gives the learning rate as a function of the training's progress, from 0 to 1. Each
// can begin with a warm-up, a share of the training in which the rate grows linearly from 0; the
// schedule itself runs over the rest.
//
// Loshchilov and Hutter, "SGDR", 2017 (cosine); Smith and Topin, "Super-convergence", 2019
// (one_cycle, with the two cosine phases of PyTorch's OneCycleLR); Goyal and others, 2017
// (warm-up).
#pragma once

#include <cstddef>
#include <vector>

#include "lithe/component.h"
#include "network/declaration.h"

namespace lithe::schedules {

std::vector<network::Declaration> declarations();

class Schedule {
 public:
  // A constant rate.
  explicit Schedule(double rate);
  static Schedule make(const Component& sentence);

  // The rate at a progress from 0 to 1. Allocates nothing.
  double at(double progress) const;
  // Called at the end of an epoch with the validation or test loss, where there is one. Only
  // plateau uses it.
  void note(double loss);
  // Calls visit(number) for each number that note() changes, to save or restore them.
  template <class Visit>
  void visit(Visit& visit) {
    visit(factor_), visit(best_), visit(waited_), visit(noted_);
  }

 private:
  using Shape = double (*)(const Schedule&, double progress);
  double argument(std::size_t i) const { return arguments_[i]; }

  friend struct Shapes;
  Shape shape_;
  std::vector<double> arguments_;  // of the declaration, in its order
  double warmup_ = 0;
  // For plateau: the factor of the rate, the best loss, and the epochs since then.
  double factor_ = 1, best_ = 0;
  std::size_t waited_ = 0;
  bool watches_ = false, noted_ = false;
};

}  // namespace lithe::schedules
