// A policy that tries actions and learns which were good: its network, the distribution that the
// outputs stand for, and what is learned of that beside the network.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "agents/archive.h"
#include "agents/distribution.h"
#include "agents/learned_vector.h"
#include "lithe/environment.h"
#include "lithe/learner.h"
#include "lithe/predictor.h"

namespace lithe::agents {

// Outputs that a network needs to be a policy in such spaces.
std::size_t outputs_of_policy(const Spaces& spaces);

// How the loss changes with an action's log density, and with the entropy there.
struct Push {
  double by_density = 0, by_entropy = 0;
};

class Actor {
 public:
  // `policy` and what is learned of it stay where they are. Of the noise in an action that is
  // numbers, `persistence` is in the next one's too. Its deviation is 1 at the beginning.
  Actor(Model& policy, const Spaces& spaces, std::size_t environments,
        const LearnerOptions& learning, double persistence = 0);

  std::string_view answer() const;
  std::size_t most_rows() const { return gradient_.size() / distribution_->outputs(); }

  // An action for each environment, and how likely it was. Random numbers are those of `time`.
  void sample(std::span<const float> observations, std::uint64_t seed, std::uint64_t time,
              std::span<float> actions, std::span<float> log_densities);

  // One step of learning from some rows of states, and of the actions that were taken there.
  // look(i, likelihood) says of the i-th of them how the loss changes.
  template <class Look>
  void learn(const Features& states, std::span<const float> actions,
             std::span<const std::uint32_t> rows, const Look& look) {
    const auto outputs = learner_.forward(states, rows);
    const std::size_t width = distribution_->outputs();
    std::fill(shared_.begin(), shared_.end(), 0.0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto own = outputs.subspan(i * width, width);
      const auto action = actions.subspan(rows[i] * numbers_, numbers_);
      const Push push = look(i, distribution_->likelihood(own, action));
      distribution_->gradient(own, action, push.by_density, push.by_entropy,
                              std::span(gradient_).subspan(i * width, width), shared_);
    }
    learner_.backward(std::span(gradient_).first(outputs.size()));
    if (deviations_ != nullptr) deviations_->learn(shared_);
  }

  void visit(Archive& archive);

 private:
  std::size_t columns_, numbers_;
  double persistence_;
  Learner learner_;
  Predictor predictor_;
  std::unique_ptr<LearnedVector> deviations_;  // their logarithms, of numbers
  std::unique_ptr<Distribution> distribution_;
  std::vector<float> gradient_, noise_;  // the latter of each environment's last action
  std::vector<double> shared_;
  std::vector<std::uint32_t> everyone_;
};

}  // namespace lithe::agents
