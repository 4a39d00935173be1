#include "train/thread_choice.h"

#include <algorithm>

namespace lithe::train {

namespace {

// Seconds of a measurement: long against the start of a run, and short against what several threads
// lose while they wait for a processor, which is up to thirty times as much.
constexpr double kMeasured = 0.005;
// Several threads are slow where they take so much longer than one, twice in a row.
constexpr double kSlower = 1.2;
constexpr int kSlowTimes = 2;
// One thread stays alone for a second at first, and twice as long each time that this was right.
constexpr double kLeastWait = 1, kMostWait = 60;

}  // namespace

ThreadChoice::ThreadChoice(std::size_t threads, double one, std::size_t chosen)
    : phase_(one > 0 || threads == 1 ? Phase::running : Phase::first),
      chosen_(chosen == 0 ? threads : chosen),
      one_(one),
      wait_(kLeastWait) {
  for (std::size_t n = 1; n < threads; n *= 2) trials_.emplace_back(n, 0.0);
  trials_.emplace_back(threads, 0.0);
}

std::size_t ThreadChoice::threads() const {
  if (phase_ == Phase::first) return 1;
  return phase_ == Phase::trials ? trials_[trial_].first : chosen_;
}

std::size_t ThreadChoice::examples() const {
  const double known = last_ > 0 ? last_ : one_;
  if (known <= 0) return 1;
  return static_cast<std::size_t>(std::clamp((kMeasured - seconds_) / known, 1.0, 1e9));
}

void ThreadChoice::note(std::size_t examples, double seconds) {
  examples_ += static_cast<double>(examples);
  seconds_ += seconds;
  since_ += seconds;
  last_ = seconds_ / examples_;
  if (seconds_ < 0.8 * kMeasured) return;
  examples_ = seconds_ = 0;
  measured(last_);
}

void ThreadChoice::measured(double an_example) {
  if (threads() == 1) one_ = an_example;
  if (phase_ == Phase::first)
    choose(chosen_);
  else if (phase_ == Phase::trials)
    end_trial(an_example);
  else if (trials_.size() > 1)
    watch(an_example);
}

void ThreadChoice::choose(std::size_t threads) {
  phase_ = Phase::running;
  chosen_ = threads;
  since_ = 0;
  slow_ = 0;
}

void ThreadChoice::end_trial(double an_example) {
  trials_[trial_].second = 1 / an_example;
  last_ = one_;  // the next ones may be slower by far than these
  if (++trial_ < trials_.size()) return;
  choose(fewest_that_nothing_beats(trials_));
  if (chosen_ == 1) wait_ = std::min(2 * wait_, kMostWait);
}

void ThreadChoice::watch(double an_example) {
  if (chosen_ == 1) {
    if (since_ >= wait_) phase_ = Phase::trials, trial_ = 0;
    return;
  }
  slow_ = an_example > kSlower * one_ ? slow_ + 1 : 0;
  if (slow_ < kSlowTimes) return;
  // Soon after the choice: what slowed them before still runs.
  wait_ = since_ < wait_ ? std::min(2 * wait_, kMostWait) : kLeastWait;
  choose(1);
}

}  // namespace lithe::train
