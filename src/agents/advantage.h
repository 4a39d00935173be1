// How much better than expected it went: from rewards and estimated values to what a policy should
// do more of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lithe::agents {

// What happened in `steps` steps of `environments` environments: arrays [steps][environments].
struct Happened {
  std::size_t steps = 0, environments = 0;
  const float* rewards = nullptr;
  const float* values = nullptr;  // [steps + 1][environments]: estimated of the state before
  // Whether the episode ended with the step, and if so what was to be expected of its last state:
  // 0 where it terminated, the estimated value where it was only cut short.
  const std::uint8_t* ended = nullptr;
  const float* last_values = nullptr;
};

// Generalised advantage estimation (Schulman and others, 2016): with
//   delta(t) = reward(t) + discount * value(t + 1) - value(t),
//   advantage(t) = sum over k of (discount * lambda)^k delta(t + k), to the episode's end.
// returns(t) = advantage(t) + value(t), what the value should have been.
void estimate_advantages(const Happened& happened, double discount, double lambda,
                         std::span<float> advantages, std::span<float> returns);

}  // namespace lithe::agents
