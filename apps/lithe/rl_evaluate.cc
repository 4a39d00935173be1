#include "rl_evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "lithe/agent.h"

namespace lithe::app {

ReturnSummary summary(const std::vector<Environments::Episode>& episodes) {
  ReturnSummary result{0, 0, INFINITY, -INFINITY, 0};
  const double count = static_cast<double>(episodes.size());
  for (const auto& episode : episodes) {
    result.mean += episode.episode_return / count;
    result.mean_length += static_cast<double>(episode.length) / count;
    result.min = std::min(result.min, episode.episode_return);
    result.max = std::max(result.max, episode.episode_return);
  }
  for (const auto& episode : episodes)
    result.std += std::pow(episode.episode_return - result.mean, 2) / count;
  result.std = std::sqrt(result.std);
  return result;
}

void add_evaluate_options(Options& app, RlEvaluateCommand& c) {
  app.add_option("policy", c.policy, "a file that `lithe rl train` wrote")->required();
  add_environment_options(app, c.environment);
  app.add_option("--environments", c.environments, "environments that step together")
      ->capture_default_str()
      ->check(Range(std::size_t{1}, std::size_t{65536}));
  app.add_option("--episodes", c.episodes, "episodes to play")
      ->capture_default_str()
      ->check(Range(std::size_t{1}, std::size_t{1000000}));
  app.add_option("--seed", c.seed, "random seed")->capture_default_str();
  app.add_flag("--json", c.json, "print JSON");
}

int evaluate_policy(RlEvaluateCommand& command) {
  const Model policy = Model::load(command.policy);
  default_to_trained_environment(command.environment, policy, command.policy);
  Environments environments = make_environments(
      command.environment, {std::min(command.environments, command.episodes), command.seed});
  const ReturnSummary played = summary(play(policy, environments, command.episodes));
  if (command.json) {
    const nlohmann::ordered_json json = {
        {"environment", environments.name()}, {"episodes", command.episodes},
        {"mean_return", played.mean},         {"std_return", played.std},
        {"min_return", played.min},           {"max_return", played.max},
        {"mean_length", played.mean_length}};
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return 0;
  }
  fmt::print(
      "{}: mean return {:.6g} +/- {:.4g} ({:.6g} to {:.6g})\n{} episodes, mean length {:.5g}\n",
      environments.name(), played.mean, played.std, played.min, played.max, command.episodes,
      played.mean_length);
  return 0;
}

}  // namespace lithe::app
