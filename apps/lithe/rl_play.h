// Episodes played to be looked at.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "lithe/environment.h"
#include "lithe/model.h"

namespace lithe::app {

// What is done where `seen` is observed: a choice, or numbers, whichever the environment takes.
using Player =
    std::function<void(std::span<const float> seen, std::int32_t& choice, std::span<float> values)>;

// Any action, all as likely; where there are no bounds, normal numbers.
Player random_player(const Spaces& spaces, std::uint64_t seed);

// What a policy holds for the best. `model` must outlive it.
Player policy_player(const Model& model, const Spaces& spaces);

struct PlayOptions {
  std::size_t episodes = 1;
  std::size_t most_steps = 100000;  // in all
  // Step of an episode of which a frame is shown or kept; its beginning and its end always are. 0:
  // as many as fit 30 frames a second where steps stand for time, else each.
  std::size_t every = 0;
  double frames_per_second = 0;  // 0: as time goes, or 30
  std::string gif, frames;       // a file and a folder; empty: none
  bool animate = true;           // where standard output is a terminal
};

// Of one environment. Prints a line an episode. Throws Error(usage) where frames are asked for of
// what cannot be drawn.
void play(Environments& environment, const Player& player, const PlayOptions& options);

}  // namespace lithe::app
