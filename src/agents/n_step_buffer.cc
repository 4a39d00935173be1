#include "agents/n_step_buffer.h"

#include <algorithm>

#include "lithe/error.h"

namespace lithe::agents {

NStepBuffer::NStepBuffer(std::size_t n_steps, std::size_t environments,
                         std::size_t observation_size, std::size_t action_size, double gamma)
    : n_steps_(n_steps),
      observation_size_(observation_size),
      action_size_(action_size),
      gamma_(gamma),
      states_(n_steps * environments * observation_size),
      actions_(n_steps * environments * action_size),
      rewards_(n_steps * environments),
      first_(environments, 0),
      count_(environments, 0) {}

void NStepBuffer::add(const Step& step, ReplayBuffer& replay) {
  const std::size_t e = step.environment;
  const std::size_t place = e * n_steps_ + (first_[e] + count_[e]) % n_steps_;
  std::copy_n(step.transition.state, observation_size_, states_.data() + place * observation_size_);
  std::copy_n(step.transition.action, action_size_, actions_.data() + place * action_size_);
  rewards_[place] = step.transition.reward;
  ++count_[e];
  if (count_[e] == n_steps_) put(e, step.transition.next, step.terminated, replay);
  while (step.ended && count_[e] > 0) put(e, step.transition.next, step.terminated, replay);
}

// Moves the oldest step of an environment to the replay buffer, with the rewards of all its steps.
void NStepBuffer::put(std::size_t e, const float* next, bool terminated, ReplayBuffer& replay) {
  double reward = 0, discount = 1;
  for (std::size_t i = 0; i < count_[e]; ++i, discount *= gamma_)
    reward += discount * static_cast<double>(rewards_[e * n_steps_ + (first_[e] + i) % n_steps_]);
  const std::size_t place = e * n_steps_ + first_[e];
  replay.add({states_.data() + place * observation_size_, actions_.data() + place * action_size_,
              static_cast<float>(reward), next, terminated ? 0 : static_cast<float>(discount)});
  first_[e] = static_cast<std::uint32_t>((first_[e] + 1) % n_steps_);
  --count_[e];
}

void NStepBuffer::serialize(Archive& archive) {
  archive.add("n_step.states", std::span(states_));
  archive.add("n_step.actions", std::span(actions_));
  archive.add("n_step.rewards", std::span(rewards_));
  archive.add("n_step.first", std::span(first_));
  archive.add("n_step.count", std::span(count_));
  const auto within = [&](std::uint32_t place) { return place < n_steps_; };
  if (std::all_of(first_.begin(), first_.end(), within) &&
      std::all_of(count_.begin(), count_.end(), within))
    return;
  std::fill(first_.begin(), first_.end(), 0u);
  std::fill(count_.begin(), count_.end(), 0u);
  throw Error(ErrorKind::model, "the buffer of n-step returns holds more than n_steps",
              "the state file");
}

}  // namespace lithe::agents
