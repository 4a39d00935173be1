#include "agents/off_policy.h"

#include <numeric>

#include "lithe/cancel.h"

namespace lithe::agents {

OffPolicy::OffPolicy(VectorEnvRunner& runner, const OffPolicyOptions& options)
    : runner_(runner),
      o_(options),
      replay_({o_.buffer_size, runner.columns(), runner.action_size(), o_.priority_exponent}),
      n_step_(o_.n_steps, runner.size(), runner.columns(), runner.action_size(), o_.gamma),
      observations_(runner.size() * runner.columns()),
      next_(observations_.size()),
      actions_(runner.size() * runner.action_size()),
      env_rows_(runner.size()) {
  std::iota(env_rows_.begin(), env_rows_.end(), 0u);
}

Features OffPolicy::observations() const {
  return {observations_.data(), ElementType::float32, runner_.size(), runner_.columns(),
          runner_.columns() * sizeof(float)};
}

std::span<float> OffPolicy::action(std::size_t environment) {
  return std::span(actions_).subspan(environment * runner_.action_size(), runner_.action_size());
}

std::size_t OffPolicy::iterate() {
  begin_iteration();
  const std::uint64_t before = gradient_steps_, steps = steps_;
  runner_.observe(observations_);
  while (steps_ - steps < kIterationSteps && !cancelled()) {
    act();
    ++time_;
    store_transitions();
    std::swap(observations_, next_);
    const std::uint64_t due = steps_ / o_.train_freq;
    steps_ += runner_.size();
    for (std::uint64_t i = due; i < steps_ / o_.train_freq && ready() && !cancelled(); ++i) {
      learn();
      ++gradient_steps_;
    }
  }
  end_iteration(gradient_steps_ - before);
  return steps_ - steps;
}

void OffPolicy::store_transitions() {
  runner_.step(actions_, next_);
  const std::size_t columns = runner_.columns();
  for (std::size_t e = 0; e < runner_.size(); ++e) {
    const bool terminated = runner_.terminated()[e] != 0;
    const bool ended = terminated || runner_.truncated()[e] != 0;
    const float* next = ended ? runner_.last_observation(e) : next_.data() + e * columns;
    n_step_.add(
        {e,
         {observations_.data() + e * columns, action(e).data(), runner_.rewards()[e], next, 0},
         terminated,
         ended},
        replay_);
  }
}

void OffPolicy::serialize(Archive& archive) {
  replay_.serialize(archive);
  n_step_.serialize(archive);
  archive.add("time", time_);
  archive.add("steps", steps_);
  archive.add("gradient_steps", gradient_steps_);
}

}  // namespace lithe::agents
