#include "rl_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "lithe/error.h"
#include "terminal.h"

namespace lithe::app {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kNotJudged = std::numeric_limits<double>::quiet_NaN();
constexpr double kLineEvery = 1;  // at most

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Of an image, where nothing is said of the network, the values come in one row.
AgentTrainer make_trainer(RlTrainCommand& command) {
  Environments environments = make_environments(
      command.environment, {command.environments, command.agent.seed, command.hold});
  if (!command.own_network && environments.spaces().observation.sizes.size() > 1)
    command.agent.network = "flatten -> " + command.agent.network;
  return {std::move(environments), command.agent};
}

}  // namespace

RlRun::RlRun(RlTrainCommand& command) : command_(command), trainer_(make_trainer(command)) {
  if (command.resume)
    resume();
  else if (!command.state.empty())
    trainer_.save("/dev/null");  // where that cannot be, it is said now, not in a minute
}

// What is not part of the state: the best policy of those that were evaluated, which stays in its
// file until there is a better one, and the curve.
void RlRun::resume() {
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

void RlRun::note(const AgentReport& report) {
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
Played RlRun::evaluate(const Model& policy) const {
  Environments environments = make_environments(
      command_.environment,
      {std::min(command_.episodes, std::max<std::size_t>(command_.environments, 1)),
       command_.agent.seed + 1000});
  return summary(play(policy, environments, command_.episodes));
}

// A function of the steps alone: a training that was gone on with is evaluated where it would have
// been without.
bool RlRun::due() const {
  const std::uint64_t every = command_.judge_every;
  return every > 0 && last_.steps / every > (last_.steps - last_.round_steps) / every;
}

// The policy that is kept is the best one of those that were judged.
void RlRun::judge() {
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

void RlRun::go() {
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
void RlRun::keep() {
  if (!command_.state.empty()) trainer_.save(command_.state);
  if (!judged_) save_policy();
  write_curve();
  last_kept_ = seconds_since(start_);
}

void RlRun::write_curve() const {
  if (command_.curve.empty()) return;
  RlCurve curve = curve_;
  const std::string& agent = trainer_.policy().notes().at("lithe.agent");
  curve.title = fmt::format("{} in {}", agent.substr(0, agent.find('(')),
                            trainer_.policy().notes().at("lithe.environment"));
  base::write_file_atomically(command_.curve + ".csv", curve_csv(curve));
  base::write_file_atomically(command_.curve + ".svg", curve_svg(curve));
}

// After an error, which is told in any case.
void RlRun::rescue() const {
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

void RlRun::report() const {
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

}  // namespace lithe::app
