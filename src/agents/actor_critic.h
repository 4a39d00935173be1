// One-step actor-critic: what came next, against what was expected, moves both at once.
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
  std::string_view answer() const { return actor_.answer(); }

  // An action in each state, [environments][numbers].
  void act(std::span<const float> states, std::span<float> actions);

  // How likely each of these was: not a number where the policy's weights are no longer numbers.
  std::span<const float> log_densities() const { return log_densities_; }

  // One step of each environment: arrays of the states before, of actions, and of the states after.
  struct Step {
    std::span<const float> states, actions, rewards, nexts;
    std::span<const std::uint8_t> terminated;
  };
  void learn(const Step& step);

  double loss() const { return loss_; }  // of the values, in the last step
  double entropy() const { return entropy_now_; }
  void visit(Archive& archive);

 private:
  Features rows(std::span<const float> states) const;

  std::uint64_t seed_;
  std::size_t columns_;
  double discount_, entropy_;
  Model policy_, value_;
  Actor actor_;
  Learner value_learner_;
  Predictor next_;
  std::vector<std::uint32_t> everyone_;
  std::vector<float> log_densities_, gradient_, surprise_;
  std::uint64_t time_ = 0;
  double loss_ = 0, entropy_now_ = 0;
};

}  // namespace lithe::agents
