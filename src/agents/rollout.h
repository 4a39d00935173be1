// What a policy did in some steps of several environments, and what came of it: arrays that are
// filled step by step and learned from all at once. Rows are [steps][environments].
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "agents/advantage.h"
#include "agents/world.h"
#include "lithe/dataset.h"
#include "lithe/predictor.h"

namespace lithe::agents {

class Rollout {
 public:
  Rollout(const World& world, std::size_t steps);

  std::size_t rows() const { return steps_ * environments_; }

  // The first states are those that the environments show now.
  void begin(const World& world);
  std::span<const float> observations(std::size_t step) const;
  std::span<float> actions(std::size_t step);
  // Lets the world do what stands in actions(step). Where an episode was cut short, `values` is
  // asked what could still have been expected.
  void step(World& world, std::size_t step, Predictor& values);
  // What was expected of every state; afterwards happened() is whole.
  void value_all(Predictor& values);
  Happened happened() const;

  std::span<float> rewards() { return rewards_; }
  std::span<const std::uint8_t> ended() const { return ended_; }
  // All states but those after the last step, as inputs of a network.
  Features features() const;
  std::span<const float> all_actions() const { return actions_; }

 private:
  void value_cut(Predictor& values);
  Features view(const std::vector<float>& rows) const;

  std::size_t steps_, environments_, columns_, numbers_;
  std::vector<float> observations_;  // [steps + 1][environments][columns]
  std::vector<float> actions_, rewards_, values_, last_values_;
  std::vector<std::uint8_t> ended_;
  std::vector<std::uint32_t> numbers_from_0_;
  // Last states of episodes that were cut short, until they are valued, and their rows.
  std::vector<float> cut_;
  std::vector<std::size_t> cut_rows_;
};

// The most rows that are valued at once.
inline constexpr std::size_t kValueBatch = 256;

}  // namespace lithe::agents
