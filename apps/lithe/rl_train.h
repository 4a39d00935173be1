// lithe rl train.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lithe/agent.h"
#include "parse.h"
#include "rl_environment.h"

namespace lithe::app {

struct RlTrainCommand {
  EnvironmentChoice environment;
  std::size_t environments = 8, hold = 1;
  AgentOptions agent;
  std::string output;             // the policy
  std::string state;              // all that the training depends on; empty: not kept
  bool resume = false;            // go on from `state`
  double keep_every = 60;         // seconds
  std::string curve;              // NAME.svg and NAME.csv; empty: neither
  std::uint64_t judge_every = 0;  // steps between evaluations; 0: at the end alone
  std::size_t episodes = 100;     // of an evaluation
  bool own_network = false;       // it was said which
  double until = 0;               // the mean return that ends the training
  bool has_until = false;
  double score = 0;
  bool json = false;
};

int train_agent(const Arguments& arguments);

}  // namespace lithe::app
