// Runs `lithe rl train`.
#pragma once

#include <chrono>
#include <cmath>
#include <optional>

#include "lithe/agent.h"
#include "lithe/learning_curve.h"
#include "rl_evaluate.h"
#include "rl_train.h"

namespace lithe::app {

inline constexpr const char* kBestNote =
    "best";  // of the state: the mean return of the best policy

// A training with progress lines, evaluations, checkpoints and a learning curve.
class RlRun {
 public:
  explicit RlRun(RlTrainCommand& command);

  // Trains until the end, an interruption, or the target return. After an error it saves the policy
  // and rethrows.
  void run();
  void report() const;  // the result

 private:
  void resume();
  void record(const AgentReport& report);
  void print_progress(const AgentReport& report) const;
  ReturnSummary evaluate(const Model& policy) const;
  bool due() const;
  void evaluate_policy();
  void save();
  std::map<std::string, std::string> state_notes() const;
  void write_curve() const;
  void rescue();
  std::uint64_t steps() const {  // those of a resumed training included
    return last_.steps > 0 || curve_.points.empty() ? last_.steps : curve_.points.back().steps;
  }
  // By an evaluation of the current policy.
  bool reached() const {
    return command_.has_target_return && played_ && played_->mean >= command_.target_return;
  }
  void save_policy();

  const RlTrainCommand& command_;
  AgentTrainer trainer_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  LearningCurve curve_;
  AgentReport last_;
  bool saved_ = false;        // some policy
  std::string earlier_ = {};  // where one with its default name was moved to
  double last_line_ = -1, last_saved_ = 0, best_ = -INFINITY;
  double earlier_seconds_ = 0;           // of the curve of a resumed training
  std::uint64_t first_steps_ = 0;        // before this run: those of the state file
  std::optional<ReturnSummary> played_;  // an evaluation of the current policy
  bool evaluated_now_ = false;           // the current policy
  bool evaluated_ = false;               // some policy, which was written
};

}  // namespace lithe::app
