// A rollout as examples of networks: sequences of steps of an environment. Each begins with
// what the network remembered there, and begins anew where an episode does. Networks without memory
// learn from single steps: their sequences have the length 1, and are the rows of the rollout.
//
// Example c * environments + e has the steps c * length, c * length + 1, ... of environment e.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "agents/episode_network.h"
#include "agents/rollout_buffer.h"
#include "agents/state_values.h"
#include "lithe/learner.h"

namespace lithe::agents {

// What a network learns from in one step: examples, and the rows of the rollout that they have, in
// the order of the network's outputs.
struct Minibatch {
  std::span<const std::uint32_t> examples, rows;
};

class RolloutSequences {
 public:
  // `length` divides the steps of the rollout; the numbers are the state sizes of both networks.
  RolloutSequences(const RolloutBuffer& rollout, std::size_t length, std::size_t policy_state,
                   std::size_t value_state);

  std::size_t size() const { return rollout_.rows() / length_; }
  std::size_t length() const { return length_; }

  // Before each step of the rollout, in front of the networks.
  void note(std::size_t step, const EpisodeNetwork& policy, const StateValues& values);
  // The rollout is complete.
  void finish();

  // The inputs of both networks, and what learners go on from.
  Features features() const;
  void let_continue(Learner& policy, Learner& value) const;
  // The rows of some examples; `room` has them where they are not the same numbers.
  Minibatch minibatch(std::span<const std::uint32_t> examples,
                      std::vector<std::uint32_t>& room) const;

 private:
  // Step k of an example.
  std::size_t row(std::size_t example, std::size_t k) const {
    const std::size_t n = rollout_.environments();
    return (example / n * length_ + k) * n + example % n;
  }

  const RolloutBuffer& rollout_;
  std::size_t length_, policy_state_, value_state_;
  std::vector<float> observations_;  // [size][length][columns]
  std::vector<float> policy_states_, value_states_;
  std::vector<std::int32_t> begins_;  // [size][length]
};

}  // namespace lithe::agents
