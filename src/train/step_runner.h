// Runs the steps of a training, a stretch of them at a time: works out the learning rates, runs the
// plan, and now and then lets a watcher look at a single step or a profiler note the time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/threads.h"
#include "lithe/trainer.h"
#include "optimizers/optimizers.h"
#include "plan/plan.h"
#include "train/profiler.h"
#include "train/thread_choice.h"
#include "train/watch.h"

namespace lithe::train {

template <typename T>
class StepRunner {
 public:
  // `rows`: examples of an epoch. Everything else must outlive the runner.
  StepRunner(const TrainOptions& options, std::size_t rows, const optimizers::Optimizer& optimizer,
             const graph::Graph& graph, plan::Parameters<T>& values,
             plan::OptimizerState<T>& learning, base::Team& team);

  // Several threads give way to fewer where these are faster; `one` and `chosen` as ThreadChoice
  // takes them. A profile is of all threads, and nothing is changed then.
  void watch_threads(double one, std::size_t chosen);
  // The share of the examples that fewer threads took than the team has.
  double share_of_fewer() const;

  // Makes the plans, the first time or because the request has changed.
  void compile(const plan::Request& request);

  void begin_epoch();
  // How many rows a stretch has. Within one the threads never leave the plan.
  std::size_t stretch() const { return updates_.size() * batch_; }
  struct Stretch {
    plan::Results results;
    std::size_t rows;  // fewer than were given where the training was cancelled
  };
  // A step for each batch of `rows`, at most a stretch. The learning rates are those of the
  // schedule times `rate_factor`.
  Stretch run(std::span<const std::uint32_t> rows, double rate_factor);

  std::uint64_t steps() const { return steps_.done(); }
  // Goes back to an earlier step, after an error.
  void restart(std::uint64_t steps);

  const plan::Plan<T>& plan() const { return *plan_; }
  plan::Plan<T>& plan() { return *plan_; }
  LayerWatcher<T>* watcher() const { return watcher_.get(); }   // null: nobody watches
  const Profiler* profiler() const { return profiler_.get(); }  // null: no profile is made
  // Gives the time since the last call to a part of the epoch, where a profile is made.
  void account(Profiler::Part part) {
    if (profiler_ != nullptr) profiler_->end(part);
  }
  void end_epoch() {
    if (profiler_ != nullptr) profiler_->end_epoch();
  }

 private:
  // What the next `count` steps need for their updates.
  std::span<const optimizers::Coefficients<T>> next_updates(std::size_t count, double rate_factor);
  void run_watched(std::span<const std::uint32_t> rows, double rate_factor);
  void run_plan(std::span<const std::uint32_t> rows, double rate_factor);
  // Both run the steps of some milliseconds at a time, until they are cancelled, and return how
  // many rows were taken.
  std::size_t run_in_turns(std::span<const std::uint32_t> rows, double rate_factor);
  std::size_t run_in_pieces(std::span<const std::uint32_t> rows, double rate_factor);

  const optimizers::Optimizer& optimizer_;
  optimizers::StepCounter steps_;
  plan::Parameters<T>& values_;
  plan::OptimizerState<T>& learning_;
  base::Team& team_;
  std::size_t batch_;
  double total_steps_;  // of the whole training
  bool profile_;
  std::vector<optimizers::Coefficients<T>> updates_;
  std::unique_ptr<plan::Plan<T>> plan_;
  std::unique_ptr<LayerWatcher<T>> watcher_;
  std::unique_ptr<Profiler> profiler_;
  std::optional<ThreadChoice> threads_;
  std::size_t examples_ = 0, by_fewer_ = 0;
  double step_seconds_ = 0;  // of the last piece
};

extern template class StepRunner<float>;
extern template class StepRunner<double>;

}  // namespace lithe::train
