// Which environment a command of `lithe rl` is about.
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
void add_environment_options(CLI::App& app, EnvironmentChoice& choice);

// Throws Error(usage) where none or both are named. What programs write to standard error appears
// there, with the environment's number before it where there are several.
Environments make_environments(const EnvironmentChoice& choice, const EnvironmentOptions& options);

// Where none is named, the one that a policy was trained in. Throws Error(usage) where the model
// does not say.
void choose_own_environment(EnvironmentChoice& choice, const Model& policy,
                            const std::string& path);

}  // namespace lithe::app
