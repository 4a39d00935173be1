// lithe rl evaluate, and what an evaluation comes to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lithe/environment.h"
#include "parse.h"
#include "rl_environment.h"

namespace lithe::app {

// Returns of whole episodes.
struct Played {
  double mean = 0, deviation = 0, lowest = 0, highest = 0, mean_length = 0;
};
Played summary(const std::vector<Environments::Episode>& episodes);

struct RlEvaluateCommand {
  std::string policy;
  EnvironmentChoice environment;  // empty: the one that the policy was trained in
  std::size_t environments = 10, episodes = 100;
  std::uint64_t seed = 1000;
  bool json = false;
};
void add_evaluate_options(CLI::App& app, RlEvaluateCommand& command);
int evaluate_policy(RlEvaluateCommand& command);

}  // namespace lithe::app
