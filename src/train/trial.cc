#include "train/trial.h"

#include <algorithm>
#include <chrono>

#include "lithe/cancel.h"
#include "train/setup.h"

namespace lithe::train {

namespace {

using Clock = std::chrono::steady_clock;

// How long each number of threads is tried for. With the fewest steps that fill the caches, a trial
// of the smallest networks takes a few milliseconds and one of large ones a few steps.
constexpr double kTrialSeconds = 0.005;
constexpr std::size_t kTrialSteps = 200;
// More threads must win by this much: a draw goes to fewer.
constexpr double kWorthwhile = 1.05;
// Trials may take this share of the training, which they shorten by at most one half with two
// threads.
constexpr double kMostShare = 0.2;
// What another program takes of the processors only makes a trial slower, so the fastest of the
// rounds counts, and there are more of them where two leave it open which number is faster.
constexpr int kRounds = 2, kMostRounds = 6;
constexpr double kNear = 0.75, kFar = 1.3;

// Returns examples a second, of at least two steps behind a first one, which meets pages and caches
// that nobody has touched.
template <typename T>
double trial(plan::Plan<T>& plan, std::span<const std::uint32_t> order, std::size_t batch,
             std::span<const optimizers::Coefficients<T>> updates) {
  const std::size_t count = std::min(order.size(), kTrialSteps * batch);
  Clock::time_point start;
  const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  std::size_t done = 0;
  const auto run = [&](std::size_t rows) {
    end_if_cancelled();
    plan.run(order.subspan(done, rows), updates);
    done += rows;
  };
  start = Clock::now();
  run(std::min(batch, count));
  const double first = seconds();
  const auto steps = static_cast<std::size_t>(
      std::clamp(kTrialSeconds / 2 / first, 1.0, static_cast<double>(kTrialSteps) / 10));
  const std::size_t stretch = steps * batch, begin = done;
  start = Clock::now();
  while (done + stretch <= count && (done < begin + 2 * batch || seconds() < kTrialSeconds))
    run(stretch);
  return done > begin ? static_cast<double>(done - begin) / seconds()
                      : static_cast<double>(done) / first;
}

// Whether some number of threads is neither slower nor faster than one by far.
bool undecided(const Trials& trials) {
  return std::any_of(trials.begin() + 1, trials.end(), [&](const auto& trial) {
    const double times = trial.second / trials.front().second;
    return times > kNear && times < kFar;
  });
}

}  // namespace

// The numbers of threads are tried in turn.
template <typename T>
Trials try_threads(const plan::Request& request, const plan::Parameters<T>& values,
                   const plan::OptimizerState<T>& learning, std::span<const std::uint32_t> order,
                   optimizers::StepCounter steps, bool pin, double examples) {
  const std::size_t most = base::usable_processors();
  if (most == 1) return {{1, 0.0}};
  Trials trials;
  for (std::size_t n = 1; n < most; n *= 2) trials.emplace_back(n, 0.0);
  trials.emplace_back(most, 0.0);
  plan::Parameters<T> copy = values.clone();
  plan::OptimizerState<T> states = learning.clone();
  // The smallest rate: the copy is to stay among ordinary numbers.
  const std::vector<optimizers::Coefficients<T>> updates(kTrialSteps + 1,
                                                         steps.next(1e-6).template as<T>());
  const double trials_take = kTrialSeconds * kRounds * static_cast<double>(trials.size());
  for (int round = 0; round < kRounds || (round < kMostRounds && undecided(trials)); ++round)
    for (auto& [threads, best] : trials) {
      base::Team team(threads, pin);
      plan::Plan<T> plan(request, copy, team, &states);
      best = std::max(best, trial<T>(plan, order, request.batch, updates));
      if (threads == 1 && examples / best * kMostShare < trials_take) return {{1, best}};
    }
  return trials;
}

std::size_t fewest_that_nothing_beats(const Trials& trials) {
  std::size_t chosen = 0;
  for (std::size_t i = 1; i < trials.size(); ++i)
    if (trials[i].second > trials[chosen].second * kWorthwhile) chosen = i;
  return trials[chosen].first;
}

std::size_t most_that_may_be_faster(const Trials& trials) {
  std::size_t most = 1;
  for (const auto& [threads, speed] : trials)
    if (speed > trials.front().second * kNear) most = threads;
  return most;
}

template Trials try_threads(const plan::Request&, const plan::Parameters<float>&,
                            const plan::OptimizerState<float>&, std::span<const std::uint32_t>,
                            optimizers::StepCounter, bool, double);
template Trials try_threads(const plan::Request&, const plan::Parameters<double>&,
                            const plan::OptimizerState<double>&, std::span<const std::uint32_t>,
                            optimizers::StepCounter, bool, double);

}  // namespace lithe::train
