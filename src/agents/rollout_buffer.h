// The rollout buffer of on-policy agents: the steps of one iteration, [steps][environments].
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "agents/gae.h"
#include "agents/vector_env_runner.h"
#include "lithe/dataset.h"

namespace lithe::agents {

class RolloutBuffer {
 public:
  RolloutBuffer(const VectorEnvRunner& runner, std::size_t steps);

  std::size_t rows() const { return steps_ * environments_; }
  std::size_t environments() const { return environments_; }
  std::size_t columns() const { return columns_; }  // of an observation

  // Begins a rollout with the current observations.
  void begin(const VectorEnvRunner& runner);
  std::span<const float> observations(std::size_t step) const;
  std::span<float> actions(std::size_t step);
  // Takes the actions of actions(step).
  void step(VectorEnvRunner& runner, std::size_t step);
  // Whether the environment's episode was truncated by the last step, so that the value of its last
  // state has to be estimated.
  static bool cut_off(const VectorEnvRunner& runner, std::size_t environment) {
    return runner.truncated()[environment] != 0 && runner.terminated()[environment] == 0;
  }

  // The values of all states, [steps + 1][environments], and of the last states of truncated
  // episodes, at the rows of the steps that ended them: StateValues (state_values.h) fills them.
  std::span<float> values() { return values_; }
  std::span<float> last_values() { return last_values_; }
  RolloutView view() const;

  std::span<float> rewards() { return rewards_; }
  std::span<const std::uint8_t> ended() const { return ended_; }
  // All states except those after the last step, as inputs of a network.
  Features features() const;
  std::span<const float> all_observations() const { return observations_; }
  std::span<const float> all_actions() const { return actions_; }

 private:
  std::size_t steps_, environments_, columns_, action_size_;
  std::vector<float> observations_;  // [steps + 1][environments][columns]
  std::vector<float> actions_, rewards_, values_, last_values_;
  std::vector<std::uint8_t> ended_;
};

}  // namespace lithe::agents
