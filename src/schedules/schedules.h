// Schedules of the learning rate, written where the rate stands: adam(one_cycle(3e-3)).
//
// A schedule says the rate as a function of the share of the training that is done, from 0 to 1.
// Each can begin with a warm-up: for that share of the training the rate grows from nothing in
// proportion, and the schedule itself runs over the rest.
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
  // Always the same rate.
  explicit Schedule(double rate);
  static Schedule make(const Component& sentence);

  // The rate when that share of the training is done. Allocates nothing.
  double at(double progress) const;
  // At the end of an epoch: the loss of examples that are not trained on, where there are some.
  // Only plateau looks at it.
  void note(double loss);

 private:
  using Shape = double (*)(const Schedule&, double progress);
  double argument(std::size_t i) const { return arguments_[i]; }

  friend struct Shapes;
  Shape shape_;
  std::vector<double> arguments_;  // of the declaration, in its order
  double warmup_ = 0;
  // Of plateau: what the rate is multiplied by, and the epochs without a better loss.
  double factor_ = 1, best_ = 0;
  std::size_t waited_ = 0;
  bool watches_ = false, noted_ = false;
};

}  // namespace lithe::schedules
