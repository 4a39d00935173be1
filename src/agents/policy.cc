#include "agents/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "agents/actor.h"
#include "agents/episode_network.h"
#include "agents/networks.h"
#include "agents/vector_env_runner.h"
#include "environments/engine.h"
#include "lithe/agent.h"
#include "lithe/cancel.h"
#include "lithe/error.h"

namespace lithe {

class Policy::Engine {
 public:
  Engine(const Model& model, const Spaces& spaces, std::size_t max_environments)
      : columns_(spaces.observation.size()),
        width_(agents::policy_outputs(spaces)),
        discrete_(spaces.choices > 0),
        network_(model, max_environments),
        mapper_(spaces, max_environments),
        actions_(max_environments * spaces.actions()),
        told_(max_environments, !agents::goes_along_episodes(model)) {}

  Actions act(ObservationRows observations, std::size_t count) {
    assert(count <= told_.size());
    if (!std::all_of(told_.begin(), told_.begin() + static_cast<std::ptrdiff_t>(count),
                     [](bool told) { return told; }))
      throw Error(ErrorKind::usage,
                  "the policy remembers episodes, and was not told where one begins", "Policy::act",
                  "Policy::begin, before the first observation of each episode");
    const auto outputs = network_.step({observations.data, ElementType::float32, count, columns_,
                                        observations.stride * sizeof(float)});
    if (!discrete_) return mapper_.map(outputs);
    for (std::size_t i = 0; i < count; ++i) {
      const auto own = outputs.subspan(i * width_, width_);
      actions_[i] = static_cast<float>(std::max_element(own.begin(), own.end()) - own.begin());
    }
    return mapper_.map(std::span(actions_).first(count));
  }

  void begin(std::size_t environment) {
    assert(environment < told_.size());
    told_[environment] = true;
    network_.begin(environment);
  }

 private:
  std::size_t columns_, width_;
  bool discrete_;
  agents::EpisodeNetwork network_;
  agents::ActionMapper mapper_;
  std::vector<float> actions_;
  std::vector<bool> told_;  // of each environment, that an episode begins
};

namespace {

void check_policy(const Model& model, const Spaces& spaces) {
  const auto found = model.metadata().find(agents::kActionSpaceNote);
  if (found == model.metadata().end())
    throw Error(ErrorKind::model, "this model is not a policy: it has no action space", "the model",
                "a file that `lithe rl train` wrote");
  const std::string_view wanted = spaces.choices > 0 ? agents::kDiscrete : agents::kContinuous;
  if (found->second != wanted)
    throw Error(
        ErrorKind::usage,
        fmt::format("the policy's actions are {}, the environment's are {}", found->second, wanted),
        "the policy", "the environment that it was trained in");
  const std::size_t in = agents::observation_size(model);
  const std::size_t out =
      model.network().output_shape().size() / agents::observations_of_example(model);
  const std::size_t outputs = agents::policy_outputs(spaces);
  if (in != spaces.observation.size() || out != outputs)
    throw Error(
        ErrorKind::usage,
        fmt::format("the policy has {} inputs and {} outputs, the environment needs {} and {}", in,
                    out, spaces.observation.size(), outputs),
        "the policy", "the environment that it was trained in, with the same arguments");
}

}  // namespace

Policy::Policy(const Model& model, const Spaces& spaces, std::size_t max_environments) {
  if (max_environments == 0) throw Error(ErrorKind::usage, "a policy for 0 environments");
  environments::check_form(spaces, "the spaces of a policy");
  check_policy(model, spaces);
  engine_ = std::make_unique<Engine>(model, spaces, max_environments);
}
Policy::Policy(Policy&&) noexcept = default;
Policy::~Policy() = default;

Actions Policy::act(ObservationRows observations, std::size_t count) {
  return engine_->act(observations, count);
}
void Policy::begin(std::size_t environment) { engine_->begin(environment); }

std::vector<Environments::Episode> play(const Model& policy, Environments& environments,
                                        std::size_t episodes, std::size_t max_length) {
  const std::size_t n = environments.size(), columns = environments.spaces().observation.size();
  Policy actor(policy, environments.spaces(), n);
  std::vector<float> seen(n * columns), rewards(n);
  std::vector<std::uint8_t> terminated(n), truncated(n);
  const ObservationRows rows = {seen.data(), columns};
  environments.reset(rows);
  for (std::size_t e = 0; e < n; ++e) actor.begin(e);
  // The same number of episodes from each environment, and one more from the first ones: otherwise
  // short episodes would be counted more often than long ones.
  std::vector<std::vector<Environments::Episode>> ended(n);
  const auto wanted = [&](std::size_t e) { return episodes / n + (e < episodes % n); };
  for (std::size_t left = episodes; left > 0;) {
    end_if_cancelled();
    environments.step(actor.act(rows, n),
                      {rows, rewards.data(), terminated.data(), truncated.data()});
    for (std::size_t e = 0; e < n; ++e) {
      const bool over = terminated[e] || truncated[e];
      const bool too_long = !over && environments.current_episode(e).length >= max_length;
      if (!over && !too_long) continue;
      actor.begin(e);
      if (ended[e].size() < wanted(e)) {
        ended[e].push_back(over ? environments.last_episode(e) : environments.current_episode(e));
        --left;
      }
      if (too_long) environments.reset(e, rows);
    }
  }
  std::vector<Environments::Episode> result;
  for (const auto& own : ended) result.insert(result.end(), own.begin(), own.end());
  return result;
}

}  // namespace lithe
