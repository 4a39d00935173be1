// Plays episodes and shows them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "lithe/environment.h"
#include "lithe/model.h"

namespace lithe::app {

// Selects an action: sets `choice` if actions are discrete, `values` if they are continuous.
// `begins`: the observation is the first one of an episode.
using Player = std::function<void(std::span<const float> observation, bool begins,
                                  std::int32_t& choice, std::span<float> values)>;

// Uniform random actions; components without bounds are normal.
Player random_player(const Spaces& spaces, std::uint64_t seed);

// The greedy actions of a policy. `model` must outlive the player.
Player policy_player(const Model& model, const Spaces& spaces);

struct PlayOptions {
  std::size_t episodes = 1;
  std::size_t max_steps = 100000;  // in all
  // Shows or writes every n-th frame of an episode, and always the first and the last one. 0: at
  // most 30 frames per second of simulated time, or every frame if the environment has no simulated
  // time.
  std::size_t every = 0;
  double frames_per_second = 0;  // 0: real time, or 30
  std::string gif, frames;       // a file and a folder; empty: none
  bool animate = true;           // if standard output is a terminal
};

// Plays in one environment and prints a line for each episode. Throws Error(usage) if frames are to
// be written and the environment cannot be drawn.
void play(Environments& environment, const Player& player, const PlayOptions& options);

}  // namespace lithe::app
