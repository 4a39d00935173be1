// How many threads of a team run the next steps, where other programs may use the processors.
//
// A team meets many times in each step. A thread that has to wait for a processor keeps all others
// waiting, so that several threads can be much slower than one. The choice is a function of the
// times that it is told: it changes no bit of a training, and tests tell it times of their own.
#pragma once

#include <cstddef>

#include "train/trial.h"

namespace lithe::train {

class ThreadChoice {
 public:
  // `threads`: of the team. `one`: seconds that one thread was measured to take for an example; 0
  // where that is not known, and the first steps are then taken by one thread and measured.
  // `chosen`: of the threads that begin; 0: all.
  explicit ThreadChoice(std::size_t threads, double one = 0, std::size_t chosen = 0);

  // Who takes the next steps, and for how many examples at most (at least one step).
  std::size_t threads() const;
  std::size_t examples() const;
  // So long they took.
  void note(std::size_t examples, double seconds);

 private:
  enum class Phase { first, running, trials };
  void measured(double an_example);
  void end_trial(double an_example);
  void watch(double an_example);
  void choose(std::size_t threads);

  Phase phase_;
  Trials trials_;  // 1, 2, 4, ... and all threads
  std::size_t trial_ = 0;
  std::size_t chosen_;
  double one_;                         // seconds an example of one thread, as last measured
  double last_ = 0;                    // and of those that took the last examples
  double examples_ = 0, seconds_ = 0;  // of the measurement that is going on
  int slow_ = 0;      // measurements in a row in which several threads were slower than one
  double since_ = 0;  // seconds since the last choice
  double wait_;       // seconds until more threads are tried again
};

}  // namespace lithe::train
