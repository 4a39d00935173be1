// Agents that learn from what was done in the past, by whatever policy: every step of the
// environments is remembered, and now and then some of what is remembered is learned from.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agents/agent.h"
#include "agents/replay.h"

namespace lithe::agents {

struct OffPolicyOptions {
  std::size_t memory = 0, start = 0;  // transitions: remembered, and there before it learns
  std::size_t every = 1;              // steps of environments to a step of learning
  std::size_t steps = 1;              // of which the rewards are added up to one transition
  double discount = 0, priority = 0;
};

class OffPolicy : public Agent {
 public:
  std::size_t round() final;
  void visit(Archive& archive) override;

 protected:
  OffPolicy(World& world, const OffPolicyOptions& options);

  // Fills actions() for what the environments show.
  virtual void act() = 0;
  // One step of learning from what is remembered; learned() is its number.
  virtual void learn() = 0;
  virtual void begin_round() = 0;
  // After so many steps of learning.
  virtual void end_round(std::uint64_t learned) = 0;

  World& world() { return world_; }
  Replay& replay() { return replay_; }
  bool enough() const { return replay_.size() >= o_.start; }
  Features shown() const;  // a row an environment, in the order of everyone()
  std::span<const std::uint32_t> everyone() const { return everyone_; }
  std::span<float> action(std::size_t environment);
  std::uint64_t time() const { return time_; }    // actions of each environment
  std::uint64_t steps() const { return steps_; }  // of all environments together
  std::uint64_t learned() const { return learned_; }

 private:
  void remember();

  World& world_;
  OffPolicyOptions o_;
  Replay replay_;
  StepsTogether together_;
  std::vector<float> seen_, next_, actions_;
  std::vector<std::uint32_t> everyone_;
  std::uint64_t time_ = 0, steps_ = 0, learned_ = 0;
};

}  // namespace lithe::agents
