// A stochastic policy: its network, the distribution that the outputs parameterize, and the
// trainable parameters of the distribution.
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
#include "agents/episode_network.h"
#include "agents/rollout_sequences.h"
#include "agents/trainable_vector.h"
#include "lithe/environment.h"
#include "lithe/learner.h"

namespace lithe::agents {

// The number of outputs of a policy network for these spaces.
std::size_t policy_outputs(const Spaces& spaces);

// The derivatives of the loss by the log probability of an action and by the entropy.
struct LossDerivatives {
  double d_log_prob = 0, d_entropy = 0;
};

class Actor {
 public:
  // `policy` must outlive the actor. `options.batch` counts the examples that the network takes.
  // The noise of continuous actions has a standard deviation of 1 at first; `noise_correlation` is
  // its correlation from one action to the next.
  Actor(Model& policy, const Spaces& spaces, std::size_t environments,
        const LearnerOptions& options, double noise_correlation = 0);

  std::string_view action_space() const;
  EpisodeNetwork& network() { return network_; }
  Learner& learner() { return learner_; }

  // Samples an action for each environment, with its log probability. `time` counts the actions and
  // selects the random numbers.
  void sample(std::span<const float> observations, std::uint64_t seed, std::uint64_t time,
              std::span<float> actions, std::span<float> log_probs);

  // One gradient step on some examples of states and the rows of their actions. derive(i,
  // likelihood) returns the LossDerivatives of the i-th of these rows.
  template <class Derive>
  void learn(const Features& states, std::span<const float> actions, const Minibatch& batch,
             const Derive& derive) {
    const auto outputs = learner_.forward(states, batch.examples);
    const std::span<const std::uint32_t> rows = batch.rows;
    const std::size_t width = distribution_->outputs();
    std::fill(shared_.begin(), shared_.end(), 0.0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto own = outputs.subspan(i * width, width);
      const auto action = actions.subspan(rows[i] * action_size_, action_size_);
      const LossDerivatives derivatives = derive(i, distribution_->likelihood(own, action));
      distribution_->gradient(own, action, derivatives.d_log_prob, derivatives.d_entropy,
                              std::span(gradient_).subspan(i * width, width), shared_);
    }
    learner_.backward(std::span(gradient_).first(outputs.size()));
    if (log_std_ != nullptr) log_std_->update(shared_);
  }

  void serialize(Archive& archive);

 private:
  std::size_t columns_, action_size_;
  double noise_correlation_;
  Learner learner_;
  EpisodeNetwork network_;
  std::unique_ptr<TrainableVector> log_std_;  // of continuous actions
  std::unique_ptr<Distribution> distribution_;
  std::vector<float> gradient_, noise_;  // noise_: of the last action of each environment
  std::vector<double> shared_;
  std::size_t environments_;
};

}  // namespace lithe::agents
