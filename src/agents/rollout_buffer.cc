#include "agents/rollout_buffer.h"

#include <algorithm>
#include <numeric>

#include "lithe/cancel.h"

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
      ended_(rows()),
      row_numbers_(std::max((steps + 1) * environments_, kValueBatch)),
      truncated_((kValueBatch + environments_) * columns_) {
  std::iota(row_numbers_.begin(), row_numbers_.end(), 0u);
  truncated_rows_.reserve(kValueBatch + environments_);
}

void RolloutBuffer::begin(const VectorEnvRunner& runner) {
  runner.observe(std::span(observations_).first(environments_ * columns_));
  truncated_rows_.clear();  // of a rollout that was cancelled
}

std::span<const float> RolloutBuffer::observations(std::size_t step) const {
  const std::size_t count = environments_ * columns_;
  return std::span(observations_).subspan(step * count, count);
}

std::span<float> RolloutBuffer::actions(std::size_t step) {
  const std::size_t count = environments_ * action_size_;
  return std::span(actions_).subspan(step * count, count);
}

void RolloutBuffer::step(VectorEnvRunner& runner, std::size_t step, Predictor& values) {
  const std::size_t count = environments_ * columns_;
  runner.step(actions(step), std::span(observations_).subspan((step + 1) * count, count));
  for (std::size_t e = 0; e < environments_; ++e) {
    const std::size_t row = step * environments_ + e;
    const bool terminated = runner.terminated()[e] != 0, truncated = runner.truncated()[e] != 0;
    rewards_[row] = runner.rewards()[e];
    ended_[row] = terminated || truncated;
    last_values_[row] = 0;
    if (terminated || !truncated) continue;
    std::copy_n(runner.last_observation(e), columns_,
                truncated_.data() + truncated_rows_.size() * columns_);
    truncated_rows_.push_back(row);
  }
  if (truncated_rows_.size() >= kValueBatch || step + 1 == steps_) bootstrap_truncated(values);
}

void RolloutBuffer::bootstrap_truncated(Predictor& values) {
  for (std::size_t first = 0; first < truncated_rows_.size(); first += kValueBatch) {
    const std::size_t count = std::min(kValueBatch, truncated_rows_.size() - first);
    const auto found =
        values.run(features_of(truncated_), std::span(row_numbers_).subspan(first, count));
    for (std::size_t i = 0; i < count; ++i) last_values_[truncated_rows_[first + i]] = found[i];
  }
  truncated_rows_.clear();
}

void RolloutBuffer::compute_values(Predictor& values) {
  for (std::size_t first = 0; first < values_.size(); first += kValueBatch) {
    end_if_cancelled();
    const std::size_t count = std::min(kValueBatch, values_.size() - first);
    const auto found =
        values.run(features_of(observations_), std::span(row_numbers_).subspan(first, count));
    std::copy(found.begin(), found.end(), values_.begin() + static_cast<std::ptrdiff_t>(first));
  }
}

RolloutView RolloutBuffer::view() const {
  return {steps_,         environments_, rewards_.data(),
          values_.data(), ended_.data(), last_values_.data()};
}

Features RolloutBuffer::features_of(const std::vector<float>& rows) const {
  return {rows.data(), ElementType::float32, rows.size() / columns_, columns_,
          columns_ * sizeof(float)};
}

Features RolloutBuffer::features() const { return features_of(observations_); }

}  // namespace lithe::agents
