// What all environments have in common: episodes that follow one another, their limits, numbers and
// statistics, and what is saved.
//
//   actions -> Batch::advance -> lengths, returns, limit -> observe
//           (as often as actions are held, where no episode ended)
//           -> where an episode ended: final observation, begin the next, observe that
#pragma once

#include <span>
#include <string>
#include <vector>

#include "environments/batch.h"

namespace lithe::environments {

class Engine {
 public:
  Engine(std::string name, Spaces spaces, std::unique_ptr<Batch> batch,
         const EnvironmentOptions& options);

  const std::string& name() const { return name_; }
  const Spaces& spaces() const { return spaces_; }
  std::size_t size() const { return count_; }
  std::size_t hold() const { return hold_; }
  Batch& batch() { return *batch_; }

  void reset(ObservationRows observations);
  void reset(std::size_t i, ObservationRows observations);
  void step(Range range, const Actions& actions, const Outcomes& outcomes);

  Environments::Episode present(std::size_t i) const { return {returns_[i], lengths_[i]}; }
  Environments::Episode last(std::size_t i) const { return {last_returns_[i], last_lengths_[i]}; }
  std::size_t ended(std::size_t i) const { return ended_[i]; }

  std::vector<double> save();
  void restore(std::span<const double> saved);

 private:
  bool advance(Range range, const Actions& actions, const Outcomes& outcomes);
  bool go_on(Range range, const Actions& actions, const Outcomes& outcomes);
  bool count_step(Range range, const Outcomes& outcomes);
  void follow_on(Range range, const Outcomes& outcomes);
  void start(std::size_t i);
  void save_one(std::size_t i, double* to);
  bool restore_one(std::size_t i, const double* from);
  std::size_t saved_size() const;

  std::string name_;
  Spaces spaces_;
  std::unique_ptr<Batch> batch_;
  std::size_t count_, hold_;
  EpisodeRngs rngs_;
  base::AlignedArray<double> returns_, last_returns_;
  base::AlignedArray<float> rewards_;  // while an action is held: those up to now
  base::AlignedArray<std::uint32_t> lengths_, last_lengths_, ended_;
};

// Throws Error(usage) for spaces that contradict themselves; `whose` says where they come from.
void check_spaces(const Spaces& spaces, const std::string& whose);
// Looks only at the shape of what is observed, and at actions: what an agent needs to know.
void check_form(const Spaces& spaces, const std::string& whose);
// Throws Error(usage) for a number of environments, or values in all, beyond what is allowed, and
// for what cannot be held.
void check_options(const EnvironmentOptions& options, const Spaces& spaces);

}  // namespace lithe::environments
