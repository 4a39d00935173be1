// What a policy's outputs say of actions: how likely each is, and how the outputs must change to
// make one likelier. An action is some numbers, a choice being one.
//
// All work on one row of outputs, in double precision, and allocate nothing.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>

#include "base/random.h"

namespace lithe::agents {

// The random numbers of one action, or of one batch: a function of who draws and when, `index`
// below 2^32.
class Draw {
 public:
  Draw(std::uint64_t seed, std::uint64_t stream, std::uint64_t index)
      : seed_(seed), stream_(stream), index_(index) {}

  // Uniform in (0, 1).
  double uniform() {
    if (used_ == 4) next_block();
    return (static_cast<double>(words_[used_++]) + 0.5) * 0x1p-32;
  }
  // Mean 0, deviation 1 (Box and Muller, 1958).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    const double fresh = radius * std::cos(2 * std::numbers::pi * uniform());
    if (last_.empty()) return fresh;
    const double kept = last_.front();
    const double z = share_ * kept + std::sqrt(1 - share_ * share_) * fresh;
    last_.front() = static_cast<float>(z);
    last_ = last_.subspan(1);
    return z;
  }
  // The normal numbers that come next have `share` of these in them, one after the other, and take
  // their places: from action to action they wander, and their deviation is 1 all the same. Those
  // of index 0 follow none.
  void follow(std::span<float> last, double share) {
    last_ = last;
    share_ = index_ > 0 ? share : 0;
  }

 private:
  // Of each index 256 blocks lie together, and what more it needs behind those of all others.
  void next_block() {
    words_ =
        base::random_block(seed_, stream_, (block_ >> 8 << 40) | (index_ << 8) | (block_ & 255));
    ++block_;
    used_ = 0;
  }

  std::uint64_t seed_, stream_, index_, block_ = 0;
  std::span<float> last_;
  double share_ = 0;
  std::array<std::uint32_t, 4> words_{};
  unsigned used_ = 4;
};

// How likely an action is, and the entropy of all.
struct Likelihood {
  double log_density = 0, entropy = 0;
};

class Distribution {
 public:
  virtual ~Distribution() = default;

  virtual std::size_t outputs() const = 0;  // of the network, for one state
  virtual void sample(std::span<const float> outputs, Draw& draw,
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
  void sample(std::span<const float> outputs, Draw& draw, std::span<float> action) const override;
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
  void sample(std::span<const float> outputs, Draw& draw, std::span<float> action) const override;
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
  double sample(std::span<const float> outputs, Draw& draw, std::span<float> noise,
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
