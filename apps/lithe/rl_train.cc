#include "rl_train.h"

#include <fmt/format.h>

#include <filesystem>

#include "lithe/error.h"
#include "output_file.h"
#include "recipes.h"
#include "rl_run.h"
#include "train_state.h"

namespace lithe::app {

namespace {

void add_train_options(Options& app, RlTrainCommand& c) {
  add_environment_options(app, c.environment);
  app.add_option("--environments", c.environments, "environments that step together")
      ->capture_default_str()
      ->check(Range(std::size_t{1}, std::size_t{65536}));
  app.add_option("--action-repeat", c.action_repeat,
                 "environment steps for which an action is repeated while training, counted as one "
                 "step; not used by evaluate and play")
      ->capture_default_str()
      ->check(Range(1, 1000));
  app.add_option("--agent", c.agent.agent, "the agent, a sentence; see `lithe list agents`")
      ->capture_default_str();
  app.add_option(
         "--network", c.agent.network,
         "the hidden layers of the networks; if not given, observations that are images are "
         "flattened first")
      ->capture_default_str();
  app.add_option("--steps", c.agent.steps, "total steps of all environments")
      ->capture_default_str()
      ->check(Range(std::uint64_t{1}, std::uint64_t{1} << 53));
  app.add_option("--seed", c.agent.seed, "random seed")->capture_default_str();
  app.add_option("--threads", c.agent.threads, "0: all processors")->capture_default_str();
  app.add_option("--isa", c.agent.isa, "auto, avx512, avx2, ...")->capture_default_str();
  app.add_option("--output", c.output, "the file of the policy");
  app.add_option("--state", c.state, "save the whole state of the training to this file");
  app.add_option("--keep-every", c.keep_every,
                 "seconds between saves of the state, and of the policy if none was evaluated")
      ->capture_default_str()
      ->check(Range(0.0, 1e9));
  app.add_option("--resume", c.resume,
                 "go on from the file of --state, to the same bits, with the options that it has; "
                 "auto: begin where there is no such file")
      ->check(OneOf({"yes", "auto"}))
      ->implies("yes")
      ->propose({"auto"});
  app.add_option("--curve", c.curve, "write the learning curve to NAME.svg and NAME.csv");
  app.add_option("--evaluate-every", c.evaluate_every,
                 "steps between evaluations, of which the best policy is kept; 0: only at the end")
      ->capture_default_str();
  app.add_option("--episodes", c.episodes, "episodes of an evaluation")
      ->capture_default_str()
      ->check(Range(std::size_t{1}, std::size_t{1000000}));
  app.add_option("--target-return", c.target_return,
                 "stop when an evaluation reaches this mean return");
  app.add_flag("--verbose", c.verbose, "also print the metrics of the agent");
  app.add_flag("--json", c.json, "print the result as JSON");
  app.add_option("--score", c.score, "the mean return of a recipe, for `make rl-recipes`")->hide();
}

// Adds a grid to the sentence of an environment.
std::string with_grid(const std::string& sentence, const std::string& grid) {
  if (sentence.find('(') != sentence.npos)
    throw Error(ErrorKind::usage, fmt::format("{} has arguments already", sentence), "--grid",
                "the grid within the brackets");
  return fmt::format("{}({})", sentence, grid);
}

void check(RlTrainCommand& command) {
  if (!command.resume.empty() && command.state.empty())
    throw Error(ErrorKind::usage, "--resume without a state file", "--resume",
                "--state run.state as well");
  if (command.has_target_return && command.evaluate_every == 0)
    throw Error(ErrorKind::usage, "a target return without evaluations", "--target-return",
                "--evaluate-every 20000 as well");
  check_model_output(command.output, "--output");
  if (!command.state.empty()) {
    if (!resumes(command.resume, command.state, agent_notes)) command.resume.clear();
    check_output(command.state, "--state");
    const auto whole = [](const std::string& path) {
      return std::filesystem::weakly_canonical(std::filesystem::absolute(path));
    };
    if (whole(command.output) == whole(command.state))
      throw Error(ErrorKind::usage, "the policy and the state in one file", "--state",
                  "another file than that of --output");
  }
  for (const char* kind : {".csv", ".svg"})
    if (!command.curve.empty()) check_output(command.curve + kind, "--curve");
}

}  // namespace

int train_agent(const Arguments& arguments) {
  Options app(
      "Trains an agent by reinforcement learning, with a recipe (`lithe list rl-recipes`) or your "
      "own "
      "options. Options on the command line replace those of the recipe.",
      "lithe rl train");
  RlTrainCommand command;
  std::string name, grid;
  Arguments options = arguments;
  if (!options.empty() && !options.front().starts_with("-")) {
    name = options.front();
    if (const auto recipe = find_agent_recipe(name)) {
      options.erase(options.begin());
      name = recipe->stem();
      app.read_recipe(recipe->string());
    } else {
      name = name.substr(0, name.find('('));
    }
  }
  add_train_options(app, command);
  app.add_option("--grid", grid, "the grid of an environment that has one, such as 8x8");
  go_on_from_state(app, options, agent_notes);
  if (const auto status = parse(app, options)) return *status;
  if (!grid.empty()) command.environment.sentence = with_grid(command.environment.sentence, grid);
  command.network_given = app.count("--network") > 0;
  command.has_target_return = app.count("--target-return") > 0;
  const bool named = !command.output.empty();
  if (!named) command.output = (name.empty() ? "policy" : name) + ".safetensors";
  check(command);
  command.keeps_earlier = !named && command.resume.empty();
  command.notes =
      app.count("--output") > 0 ? notes_of(app) : notes_of(app, {{"--output", {command.output}}});
  command.changes = app.changes();
  const auto curve = [&](const char* kind) {
    return command.curve.empty() ? std::string() : command.curve + kind;
  };
  const auto locks = claim_outputs({{command.output, "--output"},
                                    {command.state, "--state"},
                                    {curve(".csv"), "--curve"},
                                    {curve(".svg"), "--curve"}});
  RlRun run(command);
  run.run();
  run.report();
  return 0;
}

}  // namespace lithe::app
