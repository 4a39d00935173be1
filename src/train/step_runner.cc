#include "train/step_runner.h"

#include <algorithm>
#include <chrono>

#include "lithe/cancel.h"
#include "train/setup.h"

namespace lithe::train {

namespace {

using Clock = std::chrono::steady_clock;

// The stretches of an epoch. After each of them the caller decides whether to go on.
constexpr std::size_t kStretches = 50;
// A watched step costs about four steps, so watching one in a hundred costs less than 5%.
constexpr std::size_t kWatchEvery = 100;
// Of the steps between two questions whether the training is cancelled.
constexpr double kPieceSeconds = 0.02;

}  // namespace

template <typename T>
StepRunner<T>::StepRunner(const TrainOptions& options, std::size_t rows,
                          const optimizers::Optimizer& optimizer, const graph::Graph& graph,
                          plan::Parameters<T>& values, plan::OptimizerState<T>& learning,
                          base::Team& team)
    : optimizer_(optimizer),
      steps_(optimizer),
      values_(values),
      learning_(learning),
      team_(team),
      batch_(options.batch),
      profile_(options.profile) {
  const std::size_t batches = kernels::divide_up(rows, batch_);
  total_steps_ = static_cast<double>(batches * std::max<std::size_t>(1, options.epochs));
  updates_.resize(kernels::divide_up(batches, kStretches));
  if (options.watch) watcher_ = std::make_unique<LayerWatcher<T>>(graph, values, options.epochs);
}

template <typename T>
void StepRunner<T>::watch_threads(double one, std::size_t chosen) {
  if (team_.size() > 1 && !profile_) threads_.emplace(team_.size(), one, chosen);
}

template <typename T>
double StepRunner<T>::share_of_fewer() const {
  return examples_ == 0 ? 0 : static_cast<double>(by_fewer_) / static_cast<double>(examples_);
}

template <typename T>
void StepRunner<T>::compile(const plan::Request& request) {
  plan_ = std::make_unique<plan::Plan<T>>(request, values_, team_, &learning_);
  if (profile_) {
    profiler_ = std::make_unique<Profiler>(base::tick_clock(), plan_->describe());
    plan_->record(&profiler_->recorder());
  }
  if (watcher_ != nullptr) watcher_->plan(request, team_, learning_);
}

template <typename T>
void StepRunner<T>::begin_epoch() {
  if (watcher_ != nullptr) watcher_->begin_epoch();
  if (profiler_ != nullptr) profiler_->begin_epoch();
}

template <typename T>
std::span<const optimizers::Coefficients<T>> StepRunner<T>::next_updates(std::size_t count,
                                                                         double rate_factor) {
  for (std::size_t i = 0; i < count; ++i) {
    const double progress = static_cast<double>(steps_.done()) / total_steps_;
    const double rate = optimizer_.schedule.at(std::min(progress, 1.0)) * rate_factor;
    updates_[i] = steps_.next(rate).template as<T>();
  }
  account(Profiler::Part::learning_rates);
  return std::span(updates_).first(count);
}

template <typename T>
void StepRunner<T>::run_watched(std::span<const std::uint32_t> rows, double rate_factor) {
  const std::uint64_t first = steps_.done();
  watcher_->run(rows, next_updates(1, rate_factor), first);
  account(Profiler::Part::watching);
}

template <typename T>
void StepRunner<T>::run_plan(std::span<const std::uint32_t> rows, double rate_factor) {
  const std::uint64_t first = steps_.done();
  const auto updates = next_updates(kernels::divide_up(rows.size(), batch_), rate_factor);
  if (profiler_ != nullptr) profiler_->begin_stretch();
  plan_->run(rows, updates, first);
  if (profiler_ != nullptr) profiler_->end_stretch(updates.size());
}

// By as many threads as are fastest.
template <typename T>
std::size_t StepRunner<T>::run_in_turns(std::span<const std::uint32_t> rows, double rate_factor) {
  const std::size_t given = rows.size();
  while (!rows.empty() && !cancelled()) {
    const std::size_t threads = threads_->threads();
    const std::size_t steps = kernels::divide_up(threads_->examples(), batch_);
    const std::size_t count = std::min(steps * batch_, rows.size());
    team_.set_active(threads);
    const Clock::time_point start = Clock::now();
    run_plan(rows.first(count), rate_factor);
    threads_->note(count, std::chrono::duration<double>(Clock::now() - start).count());
    examples_ += count;
    if (threads < team_.size()) by_fewer_ += count;
    rows = rows.subspan(count);
  }
  return given - rows.size();
}

template <typename T>
std::size_t StepRunner<T>::run_in_pieces(std::span<const std::uint32_t> rows, double rate_factor) {
  std::size_t done = 0;
  while (done < rows.size() && !cancelled()) {
    const auto steps = std::clamp(kPieceSeconds / std::max(step_seconds_, 1e-9), 1.0, 1e6);
    const std::size_t most = step_seconds_ == 0 ? 1 : static_cast<std::size_t>(steps);
    const std::size_t count = std::min(most * batch_, rows.size() - done);
    const Clock::time_point start = Clock::now();
    run_plan(rows.subspan(done, count), rate_factor);
    step_seconds_ = std::chrono::duration<double>(Clock::now() - start).count() /
                    static_cast<double>(kernels::divide_up(count, batch_));
    done += count;
  }
  return done;
}

template <typename T>
typename StepRunner<T>::Stretch StepRunner<T>::run(std::span<const std::uint32_t> rows,
                                                   double rate_factor) {
  const std::size_t given = rows.size();
  if (watcher_ != nullptr && watcher_->take_turn(rows.size() / batch_, kWatchEvery)) {
    const std::size_t one = std::min(rows.size(), batch_);
    run_watched(rows.first(one), rate_factor);
    rows = rows.subspan(one);
  }
  std::size_t left = 0;
  if (threads_)
    left = rows.size() - run_in_turns(rows, rate_factor);
  else if (can_be_cancelled())
    left = rows.size() - run_in_pieces(rows, rate_factor);
  else if (!rows.empty())
    run_plan(rows, rate_factor);
  plan::Results results = plan_->take_results();
  if (watcher_ != nullptr) watcher_->add_results(results);
  return {results, given - left};
}

template <typename T>
void StepRunner<T>::restart(std::uint64_t steps) {
  steps_.restart(steps);
  if (watcher_ != nullptr) watcher_->begin_epoch();
}

template class StepRunner<float>;
template class StepRunner<double>;

}  // namespace lithe::train
