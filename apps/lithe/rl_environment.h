// The environment of a command of `lithe rl`.
#pragma once

#include <string>

#include "lithe/environment.h"
#include "lithe/model.h"
#include "parse.h"

namespace lithe::app {

struct EnvironmentChoice {
  std::string sentence, command;
  double time_limit = 30;  // seconds
};

// The environment's name, --env-command and --env-time-limit.
void add_environment_options(Options& app, EnvironmentChoice& choice);

// Throws Error(usage) unless exactly one of the two is given. The standard error of the programs is
// printed to standard error, with the number of the environment if there are several.
Environments make_environments(const EnvironmentChoice& choice, const EnvironmentOptions& options);

// Without a choice, takes the environment that the policy was trained in. Throws Error(usage) if
// the model does not name one.
void default_to_trained_environment(EnvironmentChoice& choice, const Model& policy,
                                    const std::string& path);

}  // namespace lithe::app
