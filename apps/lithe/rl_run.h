// A training of an agent as `lithe rl train` shows it.
#pragma once

#include <chrono>
#include <cmath>

#include "lithe/agent.h"
#include "rl_curve.h"
#include "rl_evaluate.h"
#include "rl_train.h"

namespace lithe::app {

// A training that is watched, judged now and then, and kept.
class RlRun {
 public:
  explicit RlRun(RlTrainCommand& command);

  // Until its end, an interruption, or the return that is wanted. What is thrown passes through,
  // after what was learned has been saved.
  void go();
  void report() const;  // how it ended

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
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  RlCurve curve_;
  AgentReport last_;
  double last_line_ = -1, last_kept_ = 0, best_ = -INFINITY;
  double earlier_ = 0;  // seconds that the curve had taken when it was gone on with
  Played played_;
  bool judged_now_ = false;  // the policy as it is
  bool judged_ = false;      // any, and kept
};

}  // namespace lithe::app
