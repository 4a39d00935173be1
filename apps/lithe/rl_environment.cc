#include "rl_environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "lithe/error.h"

namespace lithe::app {

void add_environment_options(Options& app, EnvironmentChoice& choice) {
  app.add_option("environment,--environment", choice.sentence,
                 "such as cartpole or \"snake(8x8, starve=2)\"; see `lithe rl list`");
  app.add_option("--env-command", choice.command,
                 "a program that is the environment, run by the shell (docs/environments.md)");
  app.add_option("--env-time-limit", choice.time_limit,
                 "seconds that the program may take for an answer")
      ->capture_default_str()
      ->check(Range(0.001, 1e6));
}

Environments make_environments(const EnvironmentChoice& choice, const EnvironmentOptions& options) {
  if (choice.sentence.empty() == choice.command.empty())
    throw Error(ErrorKind::usage,
                choice.command.empty() ? "no environment is given"
                                       : "both an environment and a program are given",
                {}, "either an environment (`lithe rl list`) or --env-command");
  if (choice.command.empty()) return Environments::make(choice.sentence, options);
  ProgramOptions program;
  program.time_limit =
      std::chrono::milliseconds(static_cast<std::int64_t>(choice.time_limit * 1000));
  program.on_stderr = [several = options.count > 1](std::size_t i, std::string_view line) {
    if (several)
      fmt::print(stderr, "[{}] {}\n", i, line);
    else
      fmt::print(stderr, "{}\n", line);
  };
  return Environments::run(choice.command, options, program);
}

void default_to_trained_environment(EnvironmentChoice& choice, const Model& policy,
                                    const std::string& path) {
  if (!choice.sentence.empty() || !choice.command.empty()) return;
  const auto at = policy.metadata().find("lithe.environment");
  if (at == policy.metadata().end())
    throw Error(ErrorKind::usage, "this model does not name the environment it was trained in",
                path, "give the environment");
  choice.sentence = at->second;
  // A program from a file is never run.
  const auto sheets = environment_infos();
  const std::string name = at->second.substr(0, at->second.find('('));
  if (std::none_of(sheets.begin(), sheets.end(), [&](const auto& s) { return s.name == name; }))
    throw Error(ErrorKind::usage,
                fmt::format("this policy was trained in an environment that is not built in: '{}'",
                            at->second.substr(0, 200)),
                path, "--env-command \"...\", or an environment (`lithe rl list`)");
}

}  // namespace lithe::app
