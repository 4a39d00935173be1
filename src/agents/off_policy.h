// Off-policy agents: every transition goes into a replay buffer, and gradient steps use batches
// that are sampled from it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agents/agent.h"
#include "agents/n_step_buffer.h"
#include "agents/replay_buffer.h"

namespace lithe::agents {

struct OffPolicyOptions {
  std::size_t buffer_size = 0;
  std::size_t learning_starts = 0;  // transitions in the buffer before the first gradient step
  std::size_t train_freq = 1;       // environment steps per gradient step
  std::size_t n_steps = 1;          // of the n-step returns
  double gamma = 0, priority_exponent = 0;
};

class OffPolicy : public Agent {
 public:
  std::size_t iterate() final;
  void serialize(Archive& archive) override;

 protected:
  OffPolicy(VectorEnvRunner& runner, const OffPolicyOptions& options);

  // Sets the action of each environment, given observations().
  virtual void act() = 0;
  // One gradient step; gradient_steps() is its number.
  virtual void learn() = 0;
  virtual void begin_iteration() = 0;
  // After this many gradient steps.
  virtual void end_iteration(std::uint64_t gradient_steps) = 0;

  VectorEnvRunner& runner() { return runner_; }
  ReplayBuffer& replay() { return replay_; }
  bool ready() const { return replay_.size() >= o_.learning_starts; }
  Features observations() const;  // current, a row for each environment
  std::span<const std::uint32_t> env_rows() const { return env_rows_; }
  std::span<float> action(std::size_t environment);
  std::uint64_t time() const { return time_; }    // actions of each environment
  std::uint64_t steps() const { return steps_; }  // of all environments together
  std::uint64_t gradient_steps() const { return gradient_steps_; }

 private:
  void store_transitions();

  VectorEnvRunner& runner_;
  OffPolicyOptions o_;
  ReplayBuffer replay_;
  NStepBuffer n_step_;
  std::vector<float> observations_, next_, actions_;
  std::vector<std::uint32_t> env_rows_;
  std::uint64_t time_ = 0, steps_ = 0, gradient_steps_ = 0;
};

}  // namespace lithe::agents
