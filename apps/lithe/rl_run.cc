#include "rl_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/file.h"
#include "clock.h"
#include "lithe/error.h"
#include "output_file.h"
#include "terminal.h"

namespace lithe::app {

namespace {

constexpr double kNotEvaluated = std::numeric_limits<double>::quiet_NaN();
// Notes of the state.
constexpr const char* kPlayed = "played";  // mean return of its policy, where it was evaluated
constexpr const char* kCurve = "curve";
constexpr std::size_t kMostCurve = std::size_t{8} << 20;  // bytes
constexpr double kLineInterval = 1;                       // seconds between progress lines
constexpr std::size_t kLineWidth = 79;

// "40 s", "12 min", "3.5 h"
std::string duration(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", seconds);
  return seconds < 6000 ? fmt::format("{:.0f} min", seconds / 60)
                        : fmt::format("{:.1f} h", seconds / 3600);
}

// Prints the parts with commas between them, in as many lines as it takes.
void print_parts(const std::string& start, const std::vector<std::string>& parts) {
  std::string line = start;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string part = parts[i] + (i + 1 < parts.size() ? "," : "");
    if (line.size() + part.size() > kLineWidth) {
      fmt::print("{}\n", line.substr(0, line.find_last_not_of(' ') + 1));
      line = "  ";
    }
    line += part + " ";
  }
  fmt::print("{}\n", line.substr(0, line.find_last_not_of(' ') + 1));
}

// The default network has a `flatten` layer if the observation is an image.
AgentTrainer make_trainer(RlTrainCommand& command) {
  Environments environments = make_environments(
      command.environment, {command.environments, command.agent.seed, command.action_repeat});
  if (!command.network_given && environments.spaces().observation.sizes.size() > 1)
    command.agent.network = "flatten -> " + command.agent.network;
  return {std::move(environments), command.agent};
}

}  // namespace

RlRun::RlRun(RlTrainCommand& command) : command_(command), trainer_(make_trainer(command)) {
  if (!command.resume.empty())
    resume();
  else if (!command.state.empty())
    trainer_.save("/dev/null");  // reports now if the environment cannot be saved
}

// Everything comes from the state, even where the program was killed between two files: what they
// have more is computed again.
void RlRun::resume() {
  trainer_.restore(command_.state);
  const auto notes = read_agent_state(command_.state).notes;
  const auto note = [&](const char* key) {
    const auto found = notes.find(key);
    return found == notes.end() ? std::string() : found->second;
  };
  if (!note(kCurve).empty()) curve_ = read_learning_curve_csv(note(kCurve), command_.state);
  evaluated_ = !note(kBestNote).empty() && std::filesystem::exists(command_.output);
  if (evaluated_) best_ = std::strtod(note(kBestNote).c_str(), nullptr);
  if (!note(kPlayed).empty())
    played_ = ReturnSummary{.mean = std::strtod(note(kPlayed).c_str(), nullptr)};
  if (command_.json) return;
  fmt::print("Going on from {}{}\n", command_.state,
             evaluated_ ? fmt::format("; the best policy has a mean return of {:.6g}", best_) : "");
  for (const std::string& change : command_.changes) print_folded("  changed: {}\n", change);
}

void RlRun::record(const AgentReport& report) {
  if (last_.steps == 0) {  // points after the saved state are computed again
    const std::uint64_t from = report.steps - report.iteration_steps;
    std::erase_if(curve_.points,
                  [&](const LearningCurvePoint& point) { return point.steps > from; });
    if (!curve_.points.empty()) earlier_seconds_ = curve_.points.back().seconds;
    first_steps_ = from;
  }
  last_ = report;
  evaluated_now_ = false;
  played_.reset();
  curve_.metric_names.clear();
  LearningCurvePoint point{report.steps,
                           earlier_seconds_ + seconds_since(start_),
                           report.episodes > 0 ? report.mean_return : kNotEvaluated,
                           report.mean_length,
                           kNotEvaluated,
                           {}};
  for (const auto& [name, value] : report.metrics) {
    curve_.metric_names.emplace_back(name);
    point.metrics.push_back(value);
  }
  curve_.points.push_back(std::move(point));
  if (command_.json || point.seconds - last_line_ < kLineInterval) return;
  last_line_ = point.seconds;
  print_progress(report);
}

// One line of at most kLineWidth characters; with --verbose, the metrics below it.
void RlRun::print_progress(const AgentReport& report) const {
  std::vector<std::string> parts;
  if (report.episodes > 0) {
    parts.push_back(fmt::format("return {:.5g}", report.mean_return));
    parts.push_back(fmt::format("length {:.4g}", report.mean_length));
  } else {
    parts.emplace_back("no episode has ended");
  }
  const double rate = static_cast<double>(report.iteration_steps) / report.seconds;
  parts.push_back(fmt::format("{:.0f} steps/s", rate));
  const double left = static_cast<double>(command_.agent.steps) - static_cast<double>(report.steps);
  const double elapsed = seconds_since(start_);
  const double done = static_cast<double>(report.steps - first_steps_);
  if (left > 0 && done > 0) parts.push_back(duration(elapsed * left / done) + " left");
  const double percent = 100.0 * static_cast<double>(report.steps) /
                         static_cast<double>(std::max(command_.agent.steps, report.steps));
  print_parts(fmt::format("Step {} ({:.0f}%): ", report.steps, percent), parts);
  if (command_.verbose) {
    parts.clear();
    for (const auto& [name, value] : report.metrics)
      parts.push_back(fmt::format("{} {:.3g}", name, value));
    print_parts("  ", parts);
  }
  std::fflush(stdout);
}

// Every policy begins in the same states.
ReturnSummary RlRun::evaluate(const Model& policy) const {
  Environments environments = make_environments(
      command_.environment,
      {std::min(command_.episodes, std::max<std::size_t>(command_.environments, 1)),
       command_.agent.seed + 1000});
  return summary(play(policy, environments, command_.episodes));
}

// Depends on the steps alone, so that a resumed training is evaluated at the same steps.
bool RlRun::due() const {
  const std::uint64_t every = command_.evaluate_every;
  return every > 0 && last_.steps / every > (last_.steps - last_.iteration_steps) / every;
}

// Keeps the best evaluated policy.
void RlRun::evaluate_policy() {
  played_ = evaluate(trainer_.policy());
  evaluated_now_ = true;
  if (!curve_.points.empty()) curve_.points.back().evaluation = played_->mean;
  if (played_->mean > best_) {
    best_ = played_->mean;
    save_policy();
    evaluated_ = true;
  }
  if (!command_.json)
    fmt::print("Evaluation after {:.2f} s: mean return {:.6g} +/- {:.4g} ({:.5g} to {:.5g})\n",
               seconds_since(start_), played_->mean, played_->std, played_->min, played_->max);
}

void RlRun::run() {
  catch_interrupt();
  try {
    while (!trainer_.finished() && !interrupted() && !reached()) {
      record(trainer_.iterate());
      if (due()) evaluate_policy();
      if (seconds_since(start_) - last_saved_ >= command_.keep_every) save();
    }
    save();
    release_interrupt();
    if (!evaluated_now_) evaluate_policy();
  } catch (...) {
    rescue();
    throw;
  }
}

void RlRun::save_policy() {
  if (command_.keeps_earlier && !saved_) earlier_ = keep_earlier(command_.output);
  trainer_.policy().save(command_.output);
  saved_ = true;
}

// In case the program is killed. The best evaluated policy is not replaced.
void RlRun::save() {
  if (!command_.state.empty()) trainer_.save(command_.state, state_notes());
  if (!evaluated_) save_policy();
  write_curve();
  last_saved_ = seconds_since(start_);
}

std::map<std::string, std::string> RlRun::state_notes() const {
  std::map<std::string, std::string> notes = command_.notes;
  if (evaluated_) notes[kBestNote] = fmt::format("{:a}", best_);
  if (played_) notes[kPlayed] = fmt::format("{:a}", played_->mean);
  std::string curve = learning_curve_csv(curve_);
  if (!curve_.points.empty() && curve.size() < kMostCurve) notes[kCurve] = std::move(curve);
  return notes;
}

void RlRun::write_curve() const {
  if (command_.curve.empty()) return;
  LearningCurve curve = curve_;
  const std::string& agent = trainer_.policy().metadata().at("lithe.agent");
  curve.title = fmt::format("{} in {}", agent.substr(0, agent.find('(')),
                            trainer_.policy().metadata().at("lithe.environment"));
  base::write_file_atomically(command_.curve + ".csv", learning_curve_csv(curve));
  base::write_file_atomically(command_.curve + ".svg", learning_curve_svg(curve));
}

// After an error, which is reported in any case.
void RlRun::rescue() {
  if (last_.steps == 0) return;  // there is no policy yet: keep an older file
  try {
    if (!evaluated_) save_policy();
  } catch (const Error&) {
    fmt::print(stderr, "The policy could not be saved and is lost\n");
    return;
  }
  fmt::print(stderr, "The {} is in {}\n",
             evaluated_ ? "best evaluated policy" : "policy of the last complete iteration",
             command_.output);
}

void RlRun::report() const {
  write_curve();
  const double seconds = curve_.points.empty() ? 0 : curve_.points.back().seconds;
  if (command_.json) {
    nlohmann::ordered_json json = {
        {"environment", trainer_.policy().metadata().at("lithe.environment")},
        {"agent", trainer_.policy().metadata().at("lithe.agent")},
        {"network", command_.agent.network},
        {"seed", command_.agent.seed},
        {"steps", steps()},
        {"episodes", last_.episodes},
        {"seconds", seconds},
        {"seconds_with_evaluation", seconds_since(start_)},
        {"mean_return", played_->mean},
        {"std_return", played_->std},
        {"best_mean_return", best_},
        {"policy", command_.output},
        {"earlier_policy", earlier_}};
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return;
  }
  fmt::print("{} steps in {:.2f} s; mean return {:.6g} +/- {:.4g} over {} episodes\n", steps(),
             seconds, played_->mean, played_->std, command_.episodes);
  if (best_ > played_->mean)
    fmt::print("Policy: {}, the best one evaluated, with a mean return of {:.6g}\n",
               command_.output, best_);
  else
    fmt::print("Policy: {}\n", command_.output);
  if (!earlier_.empty()) fmt::print("The earlier policy is kept as {}\n", earlier_);
}

}  // namespace lithe::app
