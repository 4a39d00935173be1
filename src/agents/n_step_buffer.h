// n-step returns: adds up the rewards of several steps to one transition, for environments that
// step together (Sutton, "Learning to predict by the methods of temporal differences", 1988; as in
// Hessel and others, "Rainbow", 2018).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "agents/archive.h"
#include "agents/replay_buffer.h"

namespace lithe::agents {

class NStepBuffer {
 public:
  NStepBuffer(std::size_t n_steps, std::size_t environments, std::size_t observation_size,
              std::size_t action_size, double gamma);

  // One step of one environment.
  struct Step {
    std::size_t environment = 0;
    Transition transition;  // of one step; its discount is not used
    bool terminated = false, ended = false;
  };
  // Adds the transitions that are complete to the replay buffer. At the end of an episode, these
  // are all that remain, with the steps that there are.
  void add(const Step& step, ReplayBuffer& replay);

  void serialize(Archive& archive);

 private:
  void put(std::size_t environment, const float* next, bool terminated, ReplayBuffer& replay);

  std::size_t n_steps_, observation_size_, action_size_;
  double gamma_;
  // A ring of `n_steps` for each environment.
  std::vector<float> states_, actions_, rewards_;
  std::vector<std::uint32_t> first_, count_;
};

}  // namespace lithe::agents
