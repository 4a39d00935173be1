#include "rl_train.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/file.h"
#include "lithe/error.h"
#include "output_file.h"
#include "recipes.h"
#include "rl_curve.h"
#include "terminal.h"

namespace lithe::app {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kNotJudged = std::numeric_limits<double>::quiet_NaN();
constexpr double kLineEvery = 1;  // at most

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Played {
  double mean = 0, deviation = 0, lowest = 0, highest = 0, mean_length = 0;
};

Played summary(const std::vector<Environments::Episode>& episodes) {
  Played result{0, 0, INFINITY, -INFINITY, 0};
  const double count = static_cast<double>(episodes.size());
  for (const auto& episode : episodes) {
    result.mean += episode.episode_return / count;
    result.mean_length += static_cast<double>(episode.length) / count;
    result.lowest = std::min(result.lowest, episode.episode_return);
    result.highest = std::max(result.highest, episode.episode_return);
  }
  for (const auto& episode : episodes)
    result.deviation += std::pow(episode.episode_return - result.mean, 2) / count;
  result.deviation = std::sqrt(result.deviation);
  return result;
}

// Of an image, where nothing is said of the network, the values come in one row.
AgentTrainer make_trainer(RlTrainCommand& command) {
  Environments environments = make_environments(
      command.environment, {command.environments, command.agent.seed, command.hold});
  if (!command.own_network && environments.spaces().observation.sizes.size() > 1)
    command.agent.network = "flatten -> " + command.agent.network;
  return {std::move(environments), command.agent};
}

// A training that is watched, judged now and then, and kept.
class Run {
 public:
  explicit Run(RlTrainCommand& command) : command_(command), trainer_(make_trainer(command)) {
    if (command.resume)
      resume();
    else if (!command.state.empty())
      trainer_.save("/dev/null");  // where that cannot be, it is said now, not in a minute
  }

  void go();
  void report() const;

 private:
  void resume();
  void note(const AgentReport& report);
  Played evaluate(const Model& policy) const;
  bool due() const;
  void judge();
  void keep();
  void write_curve() const;
  void rescue() const;
  bool reached() const { return command_.has_until && played_.mean >= command_.until; }
  void save_policy() const { trainer_.policy().save(command_.output); }

  const RlTrainCommand& command_;
  AgentTrainer trainer_;
  Clock::time_point start_ = Clock::now();
  RlCurve curve_;
  AgentReport last_;
  double last_line_ = -1, last_kept_ = 0, best_ = -INFINITY;
  double earlier_ = 0;  // seconds that the curve had taken when it was gone on with
  Played played_;
  bool judged_now_ = false;  // the policy as it is
  bool judged_ = false;      // any, and kept
};

// What is not part of the state: the best policy of those that were evaluated, which stays in its
// file until there is a better one, and the curve.
void Run::resume() {
  trainer_.restore(command_.state);
  const std::filesystem::path csv = command_.curve + ".csv";
  if (!command_.curve.empty() && std::filesystem::exists(csv)) {
    const auto bytes = base::read_file(csv, std::size_t{1} << 30);
    curve_ = read_curve_csv({bytes.begin(), bytes.end()}, csv.string());
  }
  if (command_.judge_every == 0 || !std::filesystem::exists(command_.output)) return;
  const Model earlier = Model::load(command_.output);
  if (earlier.notes() != trainer_.policy().notes()) return;
  best_ = evaluate(earlier).mean;
  judged_ = true;
  if (!command_.json)
    fmt::print("Going on; the policy in {} has a mean return of {:.6g}\n", command_.output, best_);
}

void Run::note(const AgentReport& report) {
  if (last_.steps == 0) {  // steps of an earlier curve that were not kept are taken again
    const std::uint64_t from = report.steps - report.round_steps;
    std::erase_if(curve_.points, [&](const CurvePoint& point) { return point.steps > from; });
    if (!curve_.points.empty()) earlier_ = curve_.points.back().seconds;
  }
  last_ = report;
  judged_now_ = false;
  curve_.figure_names.clear();
  CurvePoint point{report.steps,
                   earlier_ + seconds_since(start_),
                   report.episodes > 0 ? report.mean_return : kNotJudged,
                   report.mean_length,
                   kNotJudged,
                   {}};
  for (const auto& [name, value] : report.figures) {
    curve_.figure_names.emplace_back(name);
    point.figures.push_back(value);
  }
  curve_.points.push_back(std::move(point));
  if (command_.json || point.seconds - last_line_ < kLineEvery) return;
  last_line_ = point.seconds;
  fmt::print("Step {:>9}: ", report.steps);
  if (report.episodes > 0)
    fmt::print("return {:.6g}, length {:.6g}, ", report.mean_return, report.mean_length);
  else
    fmt::print("no episode has ended, ");
  fmt::print("{:.0f} steps/s", static_cast<double>(report.round_steps) / report.seconds);
  for (const auto& [name, value] : report.figures) fmt::print(", {} {:.3g}", name, value);
  fmt::print("\n");
  std::fflush(stdout);
}

// The same starts for every policy.
Played Run::evaluate(const Model& policy) const {
  Environments environments = make_environments(
      command_.environment,
      {std::min(command_.episodes, std::max<std::size_t>(command_.environments, 1)),
       command_.agent.seed + 1000});
  return summary(play(policy, environments, command_.episodes));
}

// A function of the steps alone: a training that was gone on with is evaluated where it would have
// been without.
bool Run::due() const {
  const std::uint64_t every = command_.judge_every;
  return every > 0 && last_.steps / every > (last_.steps - last_.round_steps) / every;
}

// The policy that is kept is the best one of those that were judged.
void Run::judge() {
  played_ = evaluate(trainer_.policy());
  judged_now_ = true;
  if (!curve_.points.empty()) curve_.points.back().judged = played_.mean;
  if (played_.mean > best_) {
    best_ = played_.mean;
    save_policy();
    judged_ = true;
  }
  if (!command_.json)
    fmt::print("Evaluated after {:.2f} s: mean return {:.6g} of {} episodes ({:.5g} to {:.5g})\n",
               seconds_since(start_), played_.mean, command_.episodes, played_.lowest,
               played_.highest);
}

void Run::go() {
  catch_interrupt();
  try {
    while (!trainer_.finished() && !interrupted()) {
      note(trainer_.round());
      if (due()) {
        judge();
        if (reached()) break;
      }
      if (seconds_since(start_) - last_kept_ >= command_.keep_every) keep();
    }
    keep();
    release_interrupt();
    if (!judged_now_) judge();
  } catch (...) {
    rescue();
    throw;
  }
}

// For whatever may end this program without a word. A policy that has been judged stays.
void Run::keep() {
  if (!command_.state.empty()) trainer_.save(command_.state);
  if (!judged_) save_policy();
  write_curve();
  last_kept_ = seconds_since(start_);
}

void Run::write_curve() const {
  if (command_.curve.empty()) return;
  RlCurve curve = curve_;
  const std::string& agent = trainer_.policy().notes().at("lithe.agent");
  curve.title = fmt::format("{} in {}", agent.substr(0, agent.find('(')),
                            trainer_.policy().notes().at("lithe.environment"));
  base::write_file_atomically(command_.curve + ".csv", curve_csv(curve));
  base::write_file_atomically(command_.curve + ".svg", curve_svg(curve));
}

// After an error, which is told in any case.
void Run::rescue() const {
  if (last_.steps == 0) return;  // nothing was learned that could replace an older file
  try {
    if (!judged_) save_policy();
  } catch (const Error&) {
    fmt::print(stderr, "The policy is lost: it could not be saved\n");
    return;
  }
  fmt::print(stderr, "The {} is in {}\n",
             judged_ ? "best policy of those evaluated" : "policy of the last whole round",
             command_.output);
}

void Run::report() const {
  write_curve();
  const double seconds = curve_.points.empty() ? 0 : curve_.points.back().seconds;
  if (command_.json) {
    nlohmann::ordered_json json = {
        {"environment", trainer_.policy().notes().at("lithe.environment")},
        {"agent", trainer_.policy().notes().at("lithe.agent")},
        {"network", command_.agent.network},
        {"seed", command_.agent.seed},
        {"steps", last_.steps},
        {"episodes", last_.episodes},
        {"seconds", seconds},
        {"seconds_with_evaluation", seconds_since(start_)},
        {"mean_return", played_.mean},
        {"best_mean_return", best_},
        {"policy", command_.output}};
    fmt::print("{}\n", json.dump(2));
    return;
  }
  fmt::print("{} steps in {:.2f} s; mean return {:.6g} (deviation {:.4g}) over {} episodes\n",
             last_.steps, seconds, played_.mean, played_.deviation, command_.episodes);
  if (best_ > played_.mean)
    fmt::print("Policy: {}, the best of those evaluated, mean return {:.6g}\n", command_.output,
               best_);
  else
    fmt::print("Policy: {}\n", command_.output);
}

}  // namespace

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

}  // namespace

namespace {

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
  Run run(command);
  run.go();
  run.report();
  return 0;
}

void add_evaluate_options(CLI::App& app, RlEvaluateCommand& c) {
  app.add_option("policy", c.policy, "a file that `lithe rl train` has made")->required();
  add_environment_options(app, c.environment);
  app.add_option("--environments", c.environments, "that are stepped together")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, std::size_t{65536}));
  app.add_option("--episodes", c.episodes, "to play")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000000}));
  app.add_option("--seed", c.seed, "of the environments")->capture_default_str();
  app.add_flag("--json", c.json, "as JSON");
}

int evaluate_policy(RlEvaluateCommand& command) {
  const Model policy = Model::load(command.policy);
  choose_own_environment(command.environment, policy, command.policy);
  Environments environments = make_environments(
      command.environment, {std::min(command.environments, command.episodes), command.seed});
  const Played played = summary(play(policy, environments, command.episodes));
  if (command.json) {
    const nlohmann::ordered_json json = {{"environment", environments.name()},
                                         {"episodes", command.episodes},
                                         {"mean_return", played.mean},
                                         {"deviation", played.deviation},
                                         {"lowest", played.lowest},
                                         {"highest", played.highest},
                                         {"mean_length", played.mean_length}};
    fmt::print("{}\n", json.dump(2));
    return 0;
  }
  fmt::print(
      "{}: mean return {:.6g} (deviation {:.4g}, {:.6g} to {:.6g}) over {} episodes of {:.5g} "
      "steps\n",
      environments.name(), played.mean, played.deviation, played.lowest, played.highest,
      command.episodes, played.mean_length);
  return 0;
}

}  // namespace lithe::app
