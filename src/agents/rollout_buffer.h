// The rollout buffer of on-policy agents: the steps of one iteration, [steps][environments].
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "agents/gae.h"
#include "agents/vector_env_runner.h"
#include "lithe/dataset.h"
#include "lithe/predictor.h"

namespace lithe::agents {

class RolloutBuffer {
 public:
  RolloutBuffer(const VectorEnvRunner& runner, std::size_t steps);

  std::size_t rows() const { return steps_ * environments_; }

  // Begins a rollout with the current observations.
  void begin(const VectorEnvRunner& runner);
  std::span<const float> observations(std::size_t step) const;
  std::span<float> actions(std::size_t step);
  // Takes the actions of actions(step). The last state of a truncated episode is evaluated by
  // `values`.
  void step(VectorEnvRunner& runner, std::size_t step, Predictor& values);
  // Evaluates all states; view() is complete afterwards.
  void compute_values(Predictor& values);
  RolloutView view() const;

  std::span<float> rewards() { return rewards_; }
  std::span<const std::uint8_t> ended() const { return ended_; }
  // All states except those after the last step, as inputs of a network.
  Features features() const;
  std::span<const float> all_actions() const { return actions_; }

 private:
  void bootstrap_truncated(Predictor& values);
  Features features_of(const std::vector<float>& rows) const;

  std::size_t steps_, environments_, columns_, action_size_;
  std::vector<float> observations_;  // [steps + 1][environments][columns]
  std::vector<float> actions_, rewards_, values_, last_values_;
  std::vector<std::uint8_t> ended_;
  std::vector<std::uint32_t> row_numbers_;
  // The last states of truncated episodes until they are evaluated, and their rows.
  std::vector<float> truncated_;
  std::vector<std::size_t> truncated_rows_;
};

// The largest batch of the value network.
inline constexpr std::size_t kValueBatch = 256;

}  // namespace lithe::agents
