// The random numbers of an action, or of a batch of actions: independent, or normal numbers that
// are correlated from one action to the next.
#pragma once

#include <cmath>
#include <numbers>
#include <span>

#include "lithe/rng.h"

namespace lithe::agents {

class ActionNoise {
 public:
  explicit ActionNoise(Rng& rng) : rng_(rng) {}
  // First-order autoregressive noise (Wawrzynski, "Control policy with autocorrelated noise in
  // reinforcement learning for robotics", 2015): the normal numbers that come next are
  //   correlation * previous + sqrt(1 - correlation^2) * new,
  // whose standard deviation is 1 as well, and replace `previous`, one after the other.
  ActionNoise(Rng& rng, std::span<float> previous, double correlation)
      : rng_(rng), previous_(previous), correlation_(correlation) {}

  // Uniform in (0, 1).
  double uniform() { return rng_.uniform_open(); }
  // Standard normal (Box and Muller, 1958).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    const double fresh = radius * std::cos(2 * std::numbers::pi * uniform());
    if (previous_.empty()) return fresh;
    const double previous = static_cast<double>(previous_.front());
    const double z = correlation_ * previous + std::sqrt(1 - correlation_ * correlation_) * fresh;
    previous_.front() = static_cast<float>(z);
    previous_ = previous_.subspan(1);
    return z;
  }

 private:
  Rng& rng_;
  std::span<float> previous_;
  double correlation_ = 0;
};

}  // namespace lithe::agents
