// A network that answers the observations of several environments, step after step. One with
// recurrent layers goes along their episodes, and remembers of each what its layers do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agents/archive.h"
#include "lithe/model.h"
#include "lithe/predictor.h"
#include "lithe/stepper.h"

namespace lithe::agents {

class EpisodeNetwork {
 public:
  // `model` must outlive it.
  EpisodeNetwork(const Model& model, std::size_t environments, const std::string& isa = "auto");

  // The outputs for the observations of the environments, or of the first ones, [rows][outputs],
  // valid until the next call.
  std::span<const float> step(const Features& observations);
  // The same outputs, but nothing is remembered of it.
  std::span<const float> peek(const Features& observations);
  // The environment's next observation begins an episode.
  void begin(std::size_t environment);

  // What is remembered: the number of values of each environment; 0 without recurrent layers.
  std::size_t state_size() const { return stepper_ ? stepper_->state_size() : 0; }
  void copy_states(std::span<float> to) const;  // [environments][state_size]
  void serialize(const std::string& name, Archive& archive);

 private:
  std::span<const float> packed(const Features& observations);

  std::optional<Predictor> predictor_;
  std::optional<Stepper> stepper_;
  std::vector<std::uint32_t> rows_;
  std::vector<float> packed_, states_;
};

}  // namespace lithe::agents
