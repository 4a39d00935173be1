// One-step actor-critic: the TD error of each step updates the policy and the value network.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "agents/actor.h"
#include "agents/agent.h"

namespace lithe::agents {

class ActorCritic {
 public:
  ActorCritic(const Component& sentence, const Spaces& spaces, std::size_t environments,
              const AgentOptions& options);

  Model& policy() { return policy_; }
  std::string_view action_space() const { return actor_.action_space(); }

  // Samples an action in each state, [environments][action_size].
  void act(std::span<const float> states, std::span<float> actions);

  // The log probabilities of these actions; not finite if the weights of the policy are not.
  std::span<const float> log_probs() const { return log_probs_; }

  // One step of each environment: arrays of the states, the actions and the next states.
  struct Step {
    std::span<const float> states, actions, rewards, next_states;
    std::span<const std::uint8_t> terminated;
  };
  void learn(const Step& step);

  double value_loss() const { return value_loss_; }  // of the last step
  double entropy() const { return entropy_; }
  void serialize(Archive& archive);

 private:
  Features rows(std::span<const float> states) const;

  std::uint64_t seed_;
  std::size_t columns_;
  double gamma_, ent_coef_;
  Model policy_, value_;
  Actor actor_;
  Learner value_learner_;
  Predictor value_predictor_;
  std::vector<std::uint32_t> env_rows_;
  std::vector<float> log_probs_, gradient_, td_errors_;
  std::uint64_t time_ = 0;
  double value_loss_ = 0, entropy_ = 0;
};

}  // namespace lithe::agents
