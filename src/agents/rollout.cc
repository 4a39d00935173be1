#include "agents/rollout.h"

#include <algorithm>
#include <numeric>

namespace lithe::agents {

Rollout::Rollout(const World& world, std::size_t steps)
    : steps_(steps),
      environments_(world.size()),
      columns_(world.columns()),
      numbers_(world.numbers()),
      observations_((steps + 1) * environments_ * columns_),
      actions_(rows() * numbers_),
      rewards_(rows()),
      values_((steps + 1) * environments_),
      last_values_(rows()),
      ended_(rows()),
      numbers_from_0_(std::max((steps + 1) * environments_, kValueBatch)),
      cut_((kValueBatch + environments_) * columns_) {
  std::iota(numbers_from_0_.begin(), numbers_from_0_.end(), 0u);
  cut_rows_.reserve(kValueBatch + environments_);
}

void Rollout::begin(const World& world) {
  world.observe(std::span(observations_).first(environments_ * columns_));
}

std::span<const float> Rollout::observations(std::size_t step) const {
  const std::size_t count = environments_ * columns_;
  return std::span(observations_).subspan(step * count, count);
}

std::span<float> Rollout::actions(std::size_t step) {
  const std::size_t count = environments_ * numbers_;
  return std::span(actions_).subspan(step * count, count);
}

void Rollout::step(World& world, std::size_t step, Predictor& values) {
  const std::size_t count = environments_ * columns_;
  world.step(actions(step), std::span(observations_).subspan((step + 1) * count, count));
  for (std::size_t e = 0; e < environments_; ++e) {
    const std::size_t row = step * environments_ + e;
    const bool terminated = world.terminated()[e] != 0, cut = world.truncated()[e] != 0;
    rewards_[row] = world.rewards()[e];
    ended_[row] = terminated || cut;
    last_values_[row] = 0;
    if (terminated || !cut) continue;
    std::copy_n(world.last_observation(e), columns_, cut_.data() + cut_rows_.size() * columns_);
    cut_rows_.push_back(row);
  }
  if (cut_rows_.size() >= kValueBatch || step + 1 == steps_) value_cut(values);
}

void Rollout::value_cut(Predictor& values) {
  for (std::size_t first = 0; first < cut_rows_.size(); first += kValueBatch) {
    const std::size_t count = std::min(kValueBatch, cut_rows_.size() - first);
    const auto found = values.run(view(cut_), std::span(numbers_from_0_).subspan(first, count));
    for (std::size_t i = 0; i < count; ++i) last_values_[cut_rows_[first + i]] = found[i];
  }
  cut_rows_.clear();
}

void Rollout::value_all(Predictor& values) {
  for (std::size_t first = 0; first < values_.size(); first += kValueBatch) {
    const std::size_t count = std::min(kValueBatch, values_.size() - first);
    const auto found =
        values.run(view(observations_), std::span(numbers_from_0_).subspan(first, count));
    std::copy(found.begin(), found.end(), values_.begin() + static_cast<std::ptrdiff_t>(first));
  }
}

Happened Rollout::happened() const {
  return {steps_,         environments_, rewards_.data(),
          values_.data(), ended_.data(), last_values_.data()};
}

Features Rollout::view(const std::vector<float>& rows) const {
  return {rows.data(), ElementType::float32, rows.size() / columns_, columns_,
          columns_ * sizeof(float)};
}

Features Rollout::features() const { return view(observations_); }

}  // namespace lithe::agents
