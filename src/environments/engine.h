// What all environments have in common: episodes and their automatic reset, step limits, random
// numbers, statistics, and saving.
//
//   actions -> VectorEnv::advance -> lengths, returns, limit -> observe
//           (action_repeat times, as long as the episode has not ended)
//           -> if an episode ended: final observation, reset, observe
#pragma once

#include <span>
#include <string>
#include <vector>

#include "environments/vector_env.h"

namespace lithe::environments {

class Engine {
 public:
  Engine(std::string name, Spaces spaces, std::unique_ptr<VectorEnv> vector_env,
         const EnvironmentOptions& options);

  const std::string& name() const { return name_; }
  const Spaces& spaces() const { return spaces_; }
  std::size_t size() const { return count_; }
  std::size_t action_repeat() const { return action_repeat_; }
  VectorEnv& vector_env() { return *vector_env_; }

  void reset(ObservationRows observations);
  void reset(std::size_t i, ObservationRows observations);
  void step(Range range, const Actions& actions, const Outcomes& outcomes);

  Environments::Episode current_episode(std::size_t i) const { return {returns_[i], lengths_[i]}; }
  Environments::Episode last_episode(std::size_t i) const {
    return {last_returns_[i], last_lengths_[i]};
  }
  std::size_t ended(std::size_t i) const { return ended_[i]; }

  std::vector<double> save();
  void restore(std::span<const double> saved);

 private:
  bool step_once(Range range, const Actions& actions, const Outcomes& outcomes);
  bool repeat_action(Range range, const Actions& actions, const Outcomes& outcomes);
  bool count_step(Range range, const Outcomes& outcomes);
  void autoreset(Range range, const Outcomes& outcomes);
  void count_episode(std::size_t i);
  void start(std::size_t i);
  void save_one(std::size_t i, double* to);
  bool restore_one(std::size_t i, const double* from);
  std::size_t saved_size() const;

  std::string name_;
  Spaces spaces_;
  std::unique_ptr<VectorEnv> vector_env_;
  std::size_t count_, action_repeat_;
  EpisodeRngs rngs_;
  base::AlignedArray<double> returns_, last_returns_;
  base::AlignedArray<float> rewards_;  // while an action is repeated: the sum up to now
  base::AlignedArray<std::uint32_t> lengths_, last_lengths_, ended_;
};

// Throws Error(usage) for inconsistent spaces; `whose` says where they come from.
void check_spaces(const Spaces& spaces, const std::string& whose);
// Checks only the shape of the observation and the action space.
void check_form(const Spaces& spaces, const std::string& whose);
// Throws Error(usage) if the number of environments, of values in all, or action_repeat is out of
// range.
void check_options(const EnvironmentOptions& options, const Spaces& spaces);

}  // namespace lithe::environments
