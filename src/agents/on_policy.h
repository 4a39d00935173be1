// Agents that learn from what their present policy does: act for a while, see how much better than
// expected it went, learn, and forget it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "agents/actor.h"
#include "agents/agent.h"
#include "agents/pair_of_hands.h"
#include "agents/rollout.h"
#include "agents/running.h"

namespace lithe::agents {

// Arguments that all of them have.
struct OnPolicyOptions {
  std::size_t horizon = 0;  // steps of each environment in a round
  double discount = 0, lambda = 1;
  bool normalize_observations = false, normalize_rewards = false;
  double persistence = 0;  // of the noise in actions
};

class OnPolicy : public Agent {
 public:
  std::size_t round() final;
  Model& policy() final { return policy_; }
  std::string_view answer() const final { return actor_.answer(); }
  void visit(Archive& archive) override;

 protected:
  // The values learn so many steps for one of the policy.
  OnPolicy(const Setting& setting, const OnPolicyOptions& options, const LearnerOptions& learning,
           std::uint64_t value_steps = 1);

  // From the rollout and its advantages. Rewards are as they were scaled. What the policy learns
  // and what the values learn may go on side by side.
  virtual void learn() = 0;

  // One step of the value network toward the returns of some rows: the sum of half the squared
  // errors.
  double learn_values(std::span<const std::uint32_t> rows);
  // The share of the returns' variance that the values had foreseen.
  double foreseen() const;

  const OnPolicyOptions& common() const { return o_; }
  const Rollout& rollout() const { return rollout_; }
  Actor& actor() { return actor_; }
  PairOfHands& hands() { return hands_; }
  std::uint64_t seed() const { return seed_; }
  std::span<const float> advantages() const { return advantages_; }
  std::span<const float> log_densities() const { return log_densities_; }

 private:
  void act();
  void scale_rewards();
  void note_observations();

  World& world_;
  OnPolicyOptions o_;
  std::uint64_t seed_;
  Rollout rollout_;
  PairOfHands hands_;
  Model policy_, value_;
  Predictor value_predictor_;
  Actor actor_;
  Learner value_learner_;
  RunningMoments seen_, gains_;
  std::vector<double> gain_;  // of each environment: its discounted rewards up to now
  std::vector<float> log_densities_, advantages_, returns_, gradient_;
  std::uint64_t steps_ = 0;
};

// The rows of a round, with these options in such a world.
std::size_t rows_of_round(const World& world, const OnPolicyOptions& options);

// What all declare; the rest comes between.
network::Argument horizon_argument(const char* fallback);
network::Argument discount_argument();
std::vector<network::Argument> late_arguments();

}  // namespace lithe::agents
