// What a policy's outputs say of actions: how likely each is, and how the outputs must change to
// make one likelier. An action is some numbers, a choice being one.
//
// All work on one row of outputs, in double precision, and allocate nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "agents/action_noise.h"

namespace lithe::agents {

// How likely an action is, and the entropy of all.
struct Likelihood {
  double log_density = 0, entropy = 0;
};

class Distribution {
 public:
  virtual ~Distribution() = default;

  virtual std::size_t outputs() const = 0;  // of the network, for one state
  virtual void sample(std::span<const float> outputs, ActionNoise& noise,
                      std::span<float> action) const = 0;
  virtual Likelihood likelihood(std::span<const float> outputs,
                                std::span<const float> action) const = 0;
  // gradient[i] = by_density * (derivative of the log density by output i)
  //             + by_entropy * (derivative of the entropy by it)
  // What does not depend on the state (deviations) is added up in `shared`, which may be empty.
  virtual void gradient(std::span<const float> outputs, std::span<const float> action,
                        double by_density, double by_entropy, std::span<float> gradient,
                        std::span<double> shared) const = 0;
};

// One of several: the outputs are logits. At most kMostChoices.
class Categorical final : public Distribution {
 public:
  static constexpr std::size_t kMostChoices = 1024;

  explicit Categorical(std::size_t choices) : choices_(choices) {}

  std::size_t outputs() const override { return choices_; }
  void sample(std::span<const float> outputs, ActionNoise& noise,
              std::span<float> action) const override;
  Likelihood likelihood(std::span<const float> outputs,
                        std::span<const float> action) const override;
  void gradient(std::span<const float> outputs, std::span<const float> action, double by_density,
                double by_entropy, std::span<float> gradient,
                std::span<double> shared) const override;

 private:
  std::size_t choices_;
};

// Normal numbers, independent of one another: the outputs are their means, and their deviations,
// by logarithm, are the same in every state.
class Gaussian final : public Distribution {
 public:
  // `log_deviations` are read whenever they are needed: one for each number.
  explicit Gaussian(std::span<const float> log_deviations) : log_deviations_(log_deviations) {}

  std::size_t outputs() const override { return log_deviations_.size(); }
  void sample(std::span<const float> outputs, ActionNoise& noise,
              std::span<float> action) const override;
  Likelihood likelihood(std::span<const float> outputs,
                        std::span<const float> action) const override;
  void gradient(std::span<const float> outputs, std::span<const float> action, double by_density,
                double by_entropy, std::span<float> gradient,
                std::span<double> shared) const override;

 private:
  std::span<const float> log_deviations_;
};

// The tangent of normal numbers, from -1 to 1 (Haarnoja and others, 2018): the outputs are the
// means, and behind them the logarithms of the deviations, which are brought from all numbers into
// kLowest to kHighest smoothly. For losses that go through the action back to what drew it:
//   action = tanh(mean + deviation * noise), noise standard normal.
class Squashed {
 public:
  static constexpr double kLowest = -5, kHighest = 2;

  explicit Squashed(std::size_t numbers) : numbers_(numbers) {}
  std::size_t outputs() const { return 2 * numbers_; }

  // The action, and its log density.
  double sample(std::span<const float> outputs, ActionNoise& noise, std::span<float> drawn,
                std::span<float> action) const;
  // The gradient by the outputs of  by_density * log density + sum of by_action[i] * action[i],
  // the noise being held.
  void gradient(std::span<const float> outputs, std::span<const float> noise,
                std::span<const float> action, double by_density, std::span<const float> by_action,
                std::span<float> gradient) const;

 private:
  std::size_t numbers_;
};

}  // namespace lithe::agents
