#include "rl_train.h"

#include <fmt/format.h>

#include <filesystem>

#include "lithe/error.h"
#include "output_file.h"
#include "recipes.h"
#include "rl_run.h"

namespace lithe::app {

namespace {

void add_train_options(CLI::App& app, RlTrainCommand& c) {
  add_environment_options(app, c.environment);
  app.add_option("--environments", c.environments, "that are stepped together")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, std::size_t{65536}));
  app.add_option("--hold", c.hold,
                 "steps of the environment that an action is held for while learning, counted as "
                 "one; whoever evaluates or plays decides in each")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app.add_option("--agent", c.agent.agent, "what learns; `lithe list agents` has them all")
      ->capture_default_str();
  app.add_option("--network", c.agent.network,
                 "the layers between what is observed and the one that says what to do; an image "
                 "is flattened before them where they are not given")
      ->capture_default_str();
  app.add_option("--steps", c.agent.steps, "of all environments together")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 53));
  app.add_option("--seed", c.agent.seed, "of everything that is random")->capture_default_str();
  app.add_option("--threads", c.agent.threads, "0: all processors")->capture_default_str();
  app.add_option("--isa", c.agent.isa, "auto, avx512, avx2, ...")->capture_default_str();
  app.add_option("--output", c.output, "the policy's file");
  app.add_option("--state", c.state, "keep all that the training depends on in this file");
  app.add_option("--keep-every", c.keep_every,
                 "seconds after which the state is kept, and the policy if none was evaluated")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1e9));
  app.add_flag("--resume", c.resume, "go on from --state, to the same bits");
  app.add_option("--curve", c.curve, "write how it went to NAME.svg and NAME.csv");
  app.add_option("--evaluate-every", c.judge_every,
                 "steps between evaluations, of which the best policy is kept; 0: at the end alone")
      ->capture_default_str();
  app.add_option("--episodes", c.episodes, "of an evaluation")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000000}));
  app.add_option("--until", c.until, "the mean return of an evaluation that ends the training");
  app.add_flag("--json", c.json, "the result as JSON");
  app.add_option("--score", c.score, "what a recipe promises; for `make rl-recipes`")->group("");
}

// An environment that takes a grid, with that one.
std::string with_grid(const std::string& sentence, const std::string& grid) {
  if (sentence.find('(') != sentence.npos)
    throw Error(ErrorKind::usage, fmt::format("a grid beside {}", sentence), "--grid",
                "say it within the brackets");
  return fmt::format("{}({})", sentence, grid);
}

void check(const RlTrainCommand& command) {
  if (command.resume && command.state.empty())
    throw Error(ErrorKind::usage, "nothing to go on from", "--resume", "--state FILE beside it");
  if (command.has_until && command.judge_every == 0)
    throw Error(ErrorKind::usage, "nobody would notice", "--until",
                "--evaluate-every 20000 beside it");
  check_output(command.output, "--output");
  if (!command.state.empty()) {
    check_output(command.state, "--state");
    const auto whole = [](const std::string& path) {
      return std::filesystem::weakly_canonical(std::filesystem::absolute(path));
    };
    if (whole(command.output) == whole(command.state))
      throw Error(ErrorKind::usage, "the policy and the state in one file", "--state",
                  "another name than that of --output");
  }
  for (const char* kind : {".csv", ".svg"})
    if (!command.curve.empty()) check_output(command.curve + kind, "--curve");
}

}  // namespace

int train_agent(const Arguments& arguments) {
  CLI::App app(
      "Learns what to do from rewards: a recipe (`lithe list rl-recipes`), or your own. Options "
      "given beside a recipe replace its.",
      "lithe rl train");
  RlTrainCommand command;
  std::string name, grid;
  Arguments options = arguments;
  if (!options.empty() && !options.front().starts_with("-")) {
    name = options.front();
    if (const auto recipe = find_agent_recipe(name)) {
      options.erase(options.begin());
      name = recipe->stem();
      app.set_config("--recipe", recipe->string(), "", true)->group("");
      app.allow_config_extras(CLI::config_extras_mode::error);
    } else {
      name = name.substr(0, name.find('('));
    }
  }
  app.option_defaults()->take_last();
  add_train_options(app, command);
  app.add_option("--grid", grid, "of environments that have one: 8x8");
  if (const auto status = parse(app, options)) return *status;
  if (!grid.empty()) command.environment.sentence = with_grid(command.environment.sentence, grid);
  command.own_network = app.count("--network") > 0;
  command.has_until = app.count("--until") > 0;
  if (command.output.empty()) command.output = (name.empty() ? "policy" : name) + ".safetensors";
  check(command);
  RlRun run(command);
  run.go();
  run.report();
  return 0;
}

}  // namespace lithe::app
