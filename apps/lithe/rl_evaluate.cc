#include "rl_evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "lithe/agent.h"

namespace lithe::app {

Played summary(const std::vector<Environments::Episode>& episodes) {
  Played result{0, 0, INFINITY, -INFINITY, 0};
  const double count = static_cast<double>(episodes.size());
  for (const auto& episode : episodes) {
    result.mean += episode.episode_return / count;
    result.mean_length += static_cast<double>(episode.length) / count;
    result.lowest = std::min(result.lowest, episode.episode_return);
    result.highest = std::max(result.highest, episode.episode_return);
  }
  for (const auto& episode : episodes)
    result.deviation += std::pow(episode.episode_return - result.mean, 2) / count;
  result.deviation = std::sqrt(result.deviation);
  return result;
}

void add_evaluate_options(CLI::App& app, RlEvaluateCommand& c) {
  app.add_option("policy", c.policy, "a file that `lithe rl train` has made")->required();
  add_environment_options(app, c.environment);
  app.add_option("--environments", c.environments, "that are stepped together")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, std::size_t{65536}));
  app.add_option("--episodes", c.episodes, "to play")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000000}));
  app.add_option("--seed", c.seed, "of the environments")->capture_default_str();
  app.add_flag("--json", c.json, "as JSON");
}

int evaluate_policy(RlEvaluateCommand& command) {
  const Model policy = Model::load(command.policy);
  choose_own_environment(command.environment, policy, command.policy);
  Environments environments = make_environments(
      command.environment, {std::min(command.environments, command.episodes), command.seed});
  const Played played = summary(play(policy, environments, command.episodes));
  if (command.json) {
    const nlohmann::ordered_json json = {{"environment", environments.name()},
                                         {"episodes", command.episodes},
                                         {"mean_return", played.mean},
                                         {"deviation", played.deviation},
                                         {"lowest", played.lowest},
                                         {"highest", played.highest},
                                         {"mean_length", played.mean_length}};
    fmt::print("{}\n", json.dump(2));
    return 0;
  }
  fmt::print(
      "{}: mean return {:.6g} (deviation {:.4g}, {:.6g} to {:.6g}) over {} episodes of {:.5g} "
      "steps\n",
      environments.name(), played.mean, played.deviation, played.lowest, played.highest,
      command.episodes, played.mean_length);
  return 0;
}

}  // namespace lithe::app
