#include "agents/rollout_sequences.h"

#include <algorithm>

namespace lithe::agents {

RolloutSequences::RolloutSequences(const RolloutBuffer& rollout, std::size_t length,
                                   std::size_t policy_state, std::size_t value_state)
    : rollout_(rollout),
      length_(length),
      policy_state_(policy_state),
      value_state_(value_state),
      policy_states_(size() * policy_state),
      value_states_(size() * value_state) {
  if (length_ == 1) return;
  observations_.resize(rollout.rows() * rollout.columns());
  begins_.resize(rollout.rows());
}

void RolloutSequences::note(std::size_t step, const EpisodeNetwork& policy,
                            const StateValues& values) {
  if (step % length_ != 0) return;
  const std::size_t n = rollout_.environments(), first = step / length_ * n;
  policy.copy_states(std::span(policy_states_).subspan(first * policy_state_, n * policy_state_));
  values.copy_states(std::span(value_states_).subspan(first * value_state_, n * value_state_));
}

void RolloutSequences::finish() {
  const std::size_t n = rollout_.environments(), columns = rollout_.columns();
  float* to = observations_.data();
  for (std::size_t i = 0; i < size() && length_ > 1; ++i)
    for (std::size_t k = 0; k < length_; ++k, to += columns) {
      const std::size_t from = row(i, k);
      std::copy_n(rollout_.all_observations().data() + from * columns, columns, to);
      begins_[i * length_ + k] = from >= n && rollout_.ended()[from - n] != 0;
    }
}

Features RolloutSequences::features() const {
  if (length_ == 1) return rollout_.features();
  const std::size_t columns = length_ * rollout_.columns();
  return {observations_.data(), ElementType::float32, size(), columns, columns * sizeof(float)};
}

void RolloutSequences::let_continue(Learner& policy, Learner& value) const {
  if (length_ == 1) return;
  policy.continue_from(policy_states_, begins_);
  value.continue_from(value_states_, begins_);
}

Minibatch RolloutSequences::minibatch(std::span<const std::uint32_t> examples,
                                      std::vector<std::uint32_t>& room) const {
  if (length_ == 1) return {examples, examples};
  room.resize(examples.size() * length_);
  for (std::size_t i = 0; i < examples.size(); ++i)
    for (std::size_t k = 0; k < length_; ++k)
      room[i * length_ + k] = static_cast<std::uint32_t>(row(examples[i], k));
  return {examples, room};
}

}  // namespace lithe::agents
