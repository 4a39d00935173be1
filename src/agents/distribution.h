// The distributions over actions that the outputs of a policy network parameterize. An action is a
// row of numbers; a discrete action is one number, its index.
//
// All functions work on one row of outputs, in double precision, and do not allocate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "agents/action_noise.h"

namespace lithe::agents {

// The log probability (or log density) of an action, and the entropy of the distribution.
struct Likelihood {
  double log_prob = 0, entropy = 0;
};

class Distribution {
 public:
  virtual ~Distribution() = default;

  virtual std::size_t outputs() const = 0;  // of the network, for one state
  virtual void sample(std::span<const float> outputs, ActionNoise& noise,
                      std::span<float> action) const = 0;
  virtual Likelihood likelihood(std::span<const float> outputs,
                                std::span<const float> action) const = 0;
  // gradient[i] = d_log_prob * (derivative of the log probability by output i)
  //             + d_entropy * (derivative of the entropy by output i)
  // Gradients of parameters that do not depend on the state (log_std) are added to `shared`, which
  // may be empty.
  virtual void gradient(std::span<const float> outputs, std::span<const float> action,
                        double d_log_prob, double d_entropy, std::span<float> gradient,
                        std::span<double> shared) const = 0;
};

// Discrete actions, at most kMaxActions; the outputs are logits.
class Categorical final : public Distribution {
 public:
  static constexpr std::size_t kMaxActions = 1024;

  explicit Categorical(std::size_t actions) : actions_(actions) {}

  std::size_t outputs() const override { return actions_; }
  void sample(std::span<const float> outputs, ActionNoise& noise,
              std::span<float> action) const override;
  Likelihood likelihood(std::span<const float> outputs,
                        std::span<const float> action) const override;
  void gradient(std::span<const float> outputs, std::span<const float> action, double d_log_prob,
                double d_entropy, std::span<float> gradient,
                std::span<double> shared) const override;

 private:
  std::size_t actions_;
};

// Independent normal distributions: the outputs are the means. The logarithms of the standard
// deviations do not depend on the state.
class Gaussian final : public Distribution {
 public:
  // `log_std` must outlive this: it is read at every call.
  explicit Gaussian(std::span<const float> log_std) : log_std_(log_std) {}

  std::size_t outputs() const override { return log_std_.size(); }
  void sample(std::span<const float> outputs, ActionNoise& noise,
              std::span<float> action) const override;
  Likelihood likelihood(std::span<const float> outputs,
                        std::span<const float> action) const override;
  void gradient(std::span<const float> outputs, std::span<const float> action, double d_log_prob,
                double d_entropy, std::span<float> gradient,
                std::span<double> shared) const override;

 private:
  std::span<const float> log_std_;
};

// A normal distribution squashed by tanh to -1 to 1 (Haarnoja and others, 2018), with the
// reparameterization trick:
//   action = tanh(mean + std * noise), noise standard normal
// The outputs are the means, followed by the logarithms of the standard deviations, which tanh maps
// to kLogStdMin to kLogStdMax.
class SquashedGaussian {
 public:
  static constexpr double kLogStdMin = -5, kLogStdMax = 2;

  explicit SquashedGaussian(std::size_t action_size) : action_size_(action_size) {}
  std::size_t outputs() const { return 2 * action_size_; }

  // Samples an action and returns its log probability; `drawn` receives the noise.
  double sample(std::span<const float> outputs, ActionNoise& noise, std::span<float> drawn,
                std::span<float> action) const;
  // The gradient by the outputs of  d_log_prob * log_prob + sum over i of d_action[i] * action[i],
  // with the noise fixed.
  void gradient(std::span<const float> outputs, std::span<const float> noise,
                std::span<const float> action, double d_log_prob, std::span<const float> d_action,
                std::span<float> gradient) const;

 private:
  std::size_t action_size_;
};

}  // namespace lithe::agents
