// The values of a rollout's states, by the value network. One without memory works them out when
// the rollout is over, many at a time; one with recurrent layers goes along with the environments.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "agents/archive.h"
#include "agents/rollout_buffer.h"
#include "agents/vector_env_runner.h"
#include "lithe/model.h"

namespace lithe::agents {

class StateValues {
 public:
  virtual ~StateValues() = default;

  // A rollout begins. One that was cancelled is forgotten.
  virtual void begin() = 0;
  // Before the environments take a step of the rollout, and behind it.
  virtual void before(RolloutBuffer& rollout, std::size_t step) = 0;
  virtual void behind(RolloutBuffer& rollout, std::size_t step, const VectorEnvRunner& runner) = 0;
  // The rollout is complete: from now on it has the values of all its states.
  virtual void finish(RolloutBuffer& rollout) = 0;

  // What the network remembers of each environment (episode_network.h).
  virtual std::size_t state_size() const = 0;
  virtual void copy_states(std::span<float> to) const = 0;
  virtual void serialize(Archive& archive) = 0;
};

// `value` must outlive the result.
std::unique_ptr<StateValues> make_state_values(const Model& value, const VectorEnvRunner& runner,
                                               const std::string& isa);

}  // namespace lithe::agents
