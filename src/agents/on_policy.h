// On-policy agents: collect a rollout with the current policy, estimate the advantages, learn from
// them, and discard the rollout.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "agents/actor.h"
#include "agents/agent.h"
#include "agents/parallel_pair.h"
#include "agents/rollout_buffer.h"
#include "agents/rollout_sequences.h"
#include "agents/running_mean_std.h"
#include "agents/state_values.h"

namespace lithe::agents {

// Arguments of all on-policy agents.
struct OnPolicyOptions {
  std::size_t n_steps = 0;  // of each environment in a rollout
  double gamma = 0, gae_lambda = 1;
  bool normalize_observations = false, normalize_rewards = false;
  double noise_correlation = 0;  // of continuous actions
  // Steps of an environment that are one example of a network with recurrent layers; 1 for others,
  // whose examples are single steps. It divides n_steps.
  std::size_t sequence_length = 1;
};

class OnPolicy : public Agent {
 public:
  std::size_t iterate() final;
  Model& policy() final { return policy_; }
  std::string_view action_space() const final { return actor_.action_space(); }
  void serialize(Archive& archive) override;

 protected:
  // `learner.batch`: the most examples of a step. `value_steps`: gradient steps of the value
  // network for one of the policy.
  OnPolicy(const AgentContext& context, const OnPolicyOptions& options,
           const LearnerOptions& learner, std::uint64_t value_steps = 1);

  // Learns from the rollout and its advantages, whose rewards are normalized already. The updates
  // of the policy and of the value network may run in parallel.
  virtual void learn() = 0;

  // One gradient step of the value network. Returns the sum of half the squared errors.
  double learn_values(const Minibatch& batch);
  // 1 - Var(returns - values) / Var(returns), of this rollout.
  double explained_variance() const;

  const OnPolicyOptions& common() const { return o_; }
  const RolloutBuffer& rollout() const { return rollout_; }
  const RolloutSequences& sequences() const { return sequences_; }
  Actor& actor() { return actor_; }
  ParallelPair& parallel() { return parallel_; }
  std::uint64_t seed() const { return seed_; }
  std::span<const float> advantages() const { return advantages_; }
  std::span<const float> log_probs() const { return log_probs_; }

 private:
  void collect_rollout();
  void normalize_rewards();
  void update_observation_moments();

  VectorEnvRunner& runner_;
  OnPolicyOptions o_;
  std::uint64_t seed_;
  RolloutBuffer rollout_;
  ParallelPair parallel_;
  Model policy_, value_;
  std::unique_ptr<StateValues> values_;
  Actor actor_;
  Learner value_learner_;
  RolloutSequences sequences_;
  RunningMeanStd observation_moments_, return_moments_;
  std::vector<double> discounted_return_;  // of each environment, up to now
  std::vector<float> log_probs_, advantages_, returns_, gradient_;
  std::uint64_t steps_ = 0;
};

// For the option sequence_length: `wanted` where the network has recurrent layers, and 1 otherwise.
// Throws Error(usage) where that does not divide n_steps.
std::size_t sequence_length(const AgentContext& context, std::size_t n_steps, std::size_t wanted);

// The rows of a rollout.
std::size_t rollout_rows(const VectorEnvRunner& runner, const OnPolicyOptions& options);

// The declarations of the common arguments.
network::Argument n_steps_argument(const char* fallback);
std::vector<network::Argument> normalization_arguments();

}  // namespace lithe::agents
