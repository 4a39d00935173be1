// lithe rl evaluate, and the summary of an evaluation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lithe/environment.h"
#include "parse.h"
#include "rl_environment.h"

namespace lithe::app {

// Statistics of complete episodes.
struct ReturnSummary {
  double mean = 0, std = 0, min = 0, max = 0, mean_length = 0;
};
ReturnSummary summary(const std::vector<Environments::Episode>& episodes);

struct RlEvaluateCommand {
  std::string policy;
  EnvironmentChoice environment;  // empty: the one that the policy was trained in
  std::size_t environments = 10, episodes = 100;
  std::uint64_t seed = 1000;
  bool json = false;
};
void add_evaluate_options(Options& app, RlEvaluateCommand& command);
int evaluate_policy(RlEvaluateCommand& command);

}  // namespace lithe::app
