#include "agents/rollout_buffer.h"

#include <algorithm>

namespace lithe::agents {

RolloutBuffer::RolloutBuffer(const VectorEnvRunner& runner, std::size_t steps)
    : steps_(steps),
      environments_(runner.size()),
      columns_(runner.columns()),
      action_size_(runner.action_size()),
      observations_((steps + 1) * environments_ * columns_),
      actions_(rows() * action_size_),
      rewards_(rows()),
      values_((steps + 1) * environments_),
      last_values_(rows()),
      ended_(rows()) {}

void RolloutBuffer::begin(const VectorEnvRunner& runner) {
  runner.observe(std::span(observations_).first(environments_ * columns_));
}

std::span<const float> RolloutBuffer::observations(std::size_t step) const {
  const std::size_t count = environments_ * columns_;
  return std::span(observations_).subspan(step * count, count);
}

std::span<float> RolloutBuffer::actions(std::size_t step) {
  const std::size_t count = environments_ * action_size_;
  return std::span(actions_).subspan(step * count, count);
}

void RolloutBuffer::step(VectorEnvRunner& runner, std::size_t step) {
  const std::size_t count = environments_ * columns_;
  runner.step(actions(step), std::span(observations_).subspan((step + 1) * count, count));
  for (std::size_t e = 0; e < environments_; ++e) {
    const std::size_t row = step * environments_ + e;
    rewards_[row] = runner.rewards()[e];
    ended_[row] = runner.terminated()[e] != 0 || runner.truncated()[e] != 0;
    last_values_[row] = 0;
  }
}

RolloutView RolloutBuffer::view() const {
  return {steps_,         environments_, rewards_.data(),
          values_.data(), ended_.data(), last_values_.data()};
}

Features RolloutBuffer::features() const {
  return {observations_.data(), ElementType::float32, observations_.size() / columns_, columns_,
          columns_ * sizeof(float)};
}

}  // namespace lithe::agents
