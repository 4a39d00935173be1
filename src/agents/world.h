// Environments together with the arrays that their steps fill, and with actions as policies have
// them: rows of numbers. A choice is one number; numbers within bounds are given from -1 to 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "agents/archive.h"
#include "lithe/environment.h"

namespace lithe::agents {

inline constexpr std::size_t kEpisodesLookedAt = 100;

// From rows of numbers to what environments take, within their bounds, and no more.
class ActionForm {
 public:
  ActionForm(const Spaces& spaces, std::size_t environments);

  std::size_t numbers() const { return numbers_; }
  Actions of(std::span<const float> actions);  // [environments or fewer][numbers]

 private:
  std::size_t numbers_;
  std::vector<float> low_, high_, middle_, half_;  // bounds; empty: choices
  std::vector<std::int32_t> choices_;
  std::vector<float> values_;
};

class World {
 public:
  explicit World(Environments environments);

  Environments& environments() { return environments_; }
  const Environments& environments() const { return environments_; }
  const Spaces& spaces() const { return environments_.spaces(); }
  std::size_t size() const { return environments_.size(); }
  std::size_t columns() const { return columns_; }  // of an observation
  std::size_t numbers() const { return form_.numbers(); }
  const EpisodeWindow& episodes() const { return window_; }  // the latest
  std::uint64_t episodes_ended() const;                      // since the beginning

  // What they show now, in `to`, [size][columns] without gaps.
  void observe(std::span<float> to) const;
  // A step of all: what they show then goes into `to`, and the rest is told below.
  void step(std::span<const float> actions, std::span<float> to);

  std::span<const float> rewards() const { return rewards_; }
  std::span<const std::uint8_t> terminated() const { return terminated_; }
  std::span<const std::uint8_t> truncated() const { return truncated_; }
  // What an environment whose episode has just ended showed last.
  const float* last_observation(std::size_t environment) const {
    return last_.data() + environment * columns_;
  }

  // The latest episodes. What the environments know they save themselves.
  void visit(Archive& archive);

 private:
  Environments environments_;
  std::size_t columns_;
  ActionForm form_;
  std::vector<float> rewards_, last_;
  std::vector<std::uint8_t> terminated_, truncated_;
  EpisodeWindow window_{kEpisodesLookedAt};
  // How many, and of each the return and the length: what an archive takes and gives.
  std::vector<double> latest_ = std::vector<double>(1 + 2 * kEpisodesLookedAt);
};

}  // namespace lithe::agents
