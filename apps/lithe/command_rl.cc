// lithe rl: reinforcement learning.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>

#include "command.h"
#include "lithe/error.h"
#include "parse.h"
#include "rl_environment.h"
#include "rl_evaluate.h"
#include "rl_play.h"
#include "rl_train.h"
#include "terminal.h"

namespace lithe::app {

namespace {

std::string bound(float value) {
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : value < 0 ? "-inf" : "inf";
}

// "-1 to 1" if all values have the same bounds, otherwise a list.
std::string bounds(const std::vector<float>& low, const std::vector<float>& high) {
  std::vector<std::string> parts;
  for (std::size_t j = 0; j < low.size(); ++j) {
    parts.push_back(fmt::format("{} to {}", bound(low[j]), bound(high[j])));
    if (parts.back() != parts.front() && low.size() > 16) return "see the documentation";
  }
  const bool same = std::count(parts.begin(), parts.end(), parts.front()) ==
                    static_cast<std::ptrdiff_t>(parts.size());
  return same ? parts.front() : fmt::format("{}", fmt::join(parts, ", "));
}

int list_environments() {
  for (const EnvironmentInfo& sheet : environment_infos()) {
    const Spaces& s = sheet.spaces;
    print_text(stdout, sheet.help);
    print_folded("    observation     {}: {}\n", s.observation.to_string(), bounds(s.low, s.high));
    if (s.choices > 0)
      print_folded("    actions         discrete({})\n", s.choices);
    else
      print_folded("    actions         continuous({}): {}\n", s.actions(),
                   bounds(s.action_low, s.action_high));
    if (s.step_limit > 0) print_folded("    truncated after {} steps\n", s.step_limit);
    if (s.solved) print_folded("    solved at a mean return of {}\n", *s.solved);
    print_folded("\n");
  }
  return 0;
}

struct PlayCommand {
  EnvironmentChoice environment;
  PlayOptions options;
  std::string policy = "random";
  std::uint64_t seed = 0;
  bool quiet = false;
};

void add_play_options(Options& app, PlayCommand& command) {
  add_environment_options(app, command.environment);
  app.add_option("--policy", command.policy,
                 "random, or the file of a policy; the file may also be given in place of the "
                 "environment, and plays the one it was trained in")
      ->capture_default_str();
  app.add_option("--seed", command.seed, "random seed")->capture_default_str();
  app.add_option("--episodes", command.options.episodes, "episodes to play")
      ->capture_default_str()
      ->check(Range(std::size_t{1}, std::size_t{1000000}));
  app.add_option("--steps", command.options.max_steps, "the largest number of steps in total")
      ->capture_default_str();
  app.add_option(
         "--every", command.options.every,
         "show or write every n-th frame, and the first and last of an episode; if not given, at "
         "most 30 per second of simulated time, or every frame")
      ->check(Range(1, 1000000));
  app.add_option("--fps", command.options.frames_per_second,
                 "frames per second; if not given, real time or 30")
      ->check(Range(0.1, 1000.0));
  app.add_option("--gif", command.options.gif, "write a GIF");
  app.add_option("--frames", command.options.frames,
                 "write the frames as PNG files to this folder");
  app.add_flag("--quiet", command.quiet, "no animation in the terminal");
}

int play_environment(PlayCommand& command) {
  if (command.environment.sentence.ends_with(".safetensors")) {
    command.policy = command.environment.sentence;
    command.environment.sentence.clear();
  }
  std::optional<Model> model;
  if (command.policy != "random") {
    if (!std::filesystem::exists(command.policy))
      throw Error(ErrorKind::usage, fmt::format("there is no policy '{}'", command.policy),
                  "--policy", "random, or a file that `lithe rl train` wrote");
    model = Model::load(command.policy);
    default_to_trained_environment(command.environment, *model, command.policy);
  }
  Environments environment = make_environments(command.environment, {.seed = command.seed});
  command.options.animate = !command.quiet;
  play(environment,
       model ? policy_player(*model, environment.spaces())
             : random_player(environment.spaces(), command.seed),
       command.options);
  return 0;
}

}  // namespace

int rl(const Arguments& arguments) {
  if (!arguments.empty() && arguments.front() == "train")
    return train_agent({arguments.begin() + 1, arguments.end()});
  Options app("Reinforcement learning.", "lithe rl");
  app.add_subcommand("train", "train an agent, with a recipe or your own options");
  Options* evaluate_command =
      app.add_subcommand("evaluate", "the mean return of a policy over complete episodes");
  RlEvaluateCommand evaluation;
  add_evaluate_options(*evaluate_command, evaluation);
  Options* list_command =
      app.add_subcommand("list", "list the environments with arguments, observations and actions");
  Options* play_command =
      app.add_subcommand("play", "play episodes in the terminal, or write them as pictures");
  PlayCommand play_options;
  add_play_options(*play_command, play_options);
  Options* serve_command = app.add_subcommand(
      "serve", "serve an environment to another program, in lines of JSON (docs/environments.md)");
  std::string sentence;
  std::uint64_t seed = 0;
  serve_command->add_option("environment", sentence, "such as cartpole")->required();
  serve_command->add_option("--seed", seed, "seed if a reset gives none")->capture_default_str();
  if (const auto status = parse(app, arguments)) return *status;
  if (list_command->parsed()) return list_environments();
  if (play_command->parsed()) return play_environment(play_options);
  if (evaluate_command->parsed()) return evaluate_policy(evaluation);
  serve_environment(sentence, seed, std::cin, std::cout);
  return 0;
}

}  // namespace lithe::app
