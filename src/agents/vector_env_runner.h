// Runs a vector of environments: owns the arrays that their steps fill, and maps the actions of
// policies to theirs. Policies give rows of numbers: the index of a discrete action, or the
// components of a continuous one, scaled to -1 to 1 if it has bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "agents/archive.h"
#include "lithe/environment.h"

namespace lithe::agents {

inline constexpr std::size_t kRecentEpisodes = 100;
inline constexpr std::size_t kIterationSteps = 1000;  // of all environments together

// From the rows of a policy to the actions of the environments, clipped to their bounds.
class ActionMapper {
 public:
  ActionMapper(const Spaces& spaces, std::size_t environments);

  std::size_t action_size() const { return action_size_; }
  Actions map(std::span<const float> actions);  // [up to environments][action_size]

 private:
  std::size_t action_size_;
  std::vector<float> low_, high_, middle_, half_;  // bounds; empty if actions are discrete
  std::vector<std::int32_t> choices_;
  std::vector<float> values_;
};

class VectorEnvRunner {
 public:
  // Throws what the reset throws; the environments are not moved from then.
  explicit VectorEnvRunner(Environments&& environments);

  Environments& environments() { return environments_; }
  const Environments& environments() const { return environments_; }
  const Spaces& spaces() const { return environments_.spaces(); }
  std::size_t size() const { return environments_.size(); }
  std::size_t columns() const { return columns_; }  // of an observation
  std::size_t action_size() const { return mapper_.action_size(); }
  const EpisodeWindow& episodes() const { return window_; }  // the most recent
  std::uint64_t episodes_ended() const;                      // since the beginning

  // Writes the current observations to `to`, [size][columns] without gaps.
  void observe(std::span<float> to) const;
  // Steps all environments and writes the observations to `to`; the other results are below.
  void step(std::span<const float> actions, std::span<float> to);

  std::span<const float> rewards() const { return rewards_; }
  std::span<const std::uint8_t> terminated() const { return terminated_; }
  std::span<const std::uint8_t> truncated() const { return truncated_; }
  // The last observation of an environment whose episode has just ended.
  const float* last_observation(std::size_t environment) const {
    return last_.data() + environment * columns_;
  }

  // The recent episodes. The environments save their own state.
  void serialize(Archive& archive);

 private:
  Environments environments_;
  std::size_t columns_;
  ActionMapper mapper_;
  std::vector<float> rewards_, last_;
  std::vector<std::uint8_t> terminated_, truncated_;
  EpisodeWindow window_{kRecentEpisodes};
  // For the archive: the number of episodes, then the return and the length of each.
  std::vector<double> recent_ = std::vector<double>(1 + 2 * kRecentEpisodes);
};

}  // namespace lithe::agents
