// Generalized advantage estimation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lithe::agents {

// A rollout of `steps` steps of `environments` environments: arrays [steps][environments].
struct RolloutView {
  std::size_t steps = 0, environments = 0;
  const float* rewards = nullptr;
  const float* values = nullptr;  // [steps + 1][environments]: of the state before the step
  // Whether the episode ended with the step, and if so the value of its last state: 0 if it was
  // terminated, the estimated value if it was truncated.
  const std::uint8_t* ended = nullptr;
  const float* last_values = nullptr;
};

// Schulman and others, "High-dimensional continuous control using generalized advantage
// estimation", 2016:
//   delta(t) = reward(t) + gamma * value(t + 1) - value(t)
//   advantage(t) = sum over k of (gamma * gae_lambda)^k * delta(t + k), to the end of the episode
//   returns(t) = advantage(t) + value(t), the targets of the value network
void compute_gae(const RolloutView& rollout, double gamma, double gae_lambda,
                 std::span<float> advantages, std::span<float> returns);

}  // namespace lithe::agents
