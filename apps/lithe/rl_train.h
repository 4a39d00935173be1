// lithe rl train.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lithe/agent.h"
#include "parse.h"
#include "rl_environment.h"

namespace lithe::app {

struct RlTrainCommand {
  EnvironmentChoice environment;
  std::size_t environments = 8, action_repeat = 1;
  AgentOptions agent;
  std::string output;                        // the file of the policy
  std::string state;                         // the state file; empty: none
  std::string resume;                        // "yes", "auto", or nothing: from `state`
  std::vector<std::string> changes;          // of a training that is resumed, in options
  std::map<std::string, std::string> notes;  // what the state keeps of the command
  double keep_every = 60;                    // seconds
  std::string curve;                         // NAME.svg and NAME.csv; empty: none
  std::uint64_t evaluate_every = 0;          // steps between evaluations; 0: only at the end
  std::size_t episodes = 100;                // of an evaluation
  bool network_given = false;                // on the command line or by a recipe
  double target_return = 0;                  // a mean return that ends the training
  bool has_target_return = false;
  double score = 0;
  bool keeps_earlier = false;  // no name was given: an earlier policy of that name is kept
  bool json = false, verbose = false;
};

int train_agent(const Arguments& arguments);

}  // namespace lithe::app
