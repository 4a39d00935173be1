#include "program/trials.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "cpu/load.h"
#include "program/clock.h"
#include "program/counters_file.h"
#include "program/epochs.h"

namespace lithe::program {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPairs = 3;
constexpr double kOthers = 0.25;   // processors that other programs may use beside a run
constexpr double kLongEnough = 4;  // seconds: of a run that is ended before it is complete
constexpr double kEnough = 1.0;    // seconds of later epochs in a run
constexpr int kMostTimedEpochs = 8;

volatile sig_atomic_t interrupted = 0;
void interrupt(int) { interrupted = 1; }

double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Of the epochs between marks.
std::vector<double> lengths(const std::vector<double>& marks) {
  std::vector<double> epochs;
  for (std::size_t i = 1; i < marks.size(); ++i) epochs.push_back(marks[i] - marks[i - 1]);
  return epochs;
}

double since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

// During trials Ctrl-C ends them, and the report is written with what they have measured.
struct Trials::Signals {
  struct sigaction interrupt_before {
  }, terminate_before{};
  Signals() {
    interrupted = 0;
    struct sigaction now {};
    now.sa_handler = interrupt;
    ::sigaction(SIGINT, &now, &interrupt_before);
    ::sigaction(SIGTERM, &now, &terminate_before);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() {
    ::sigaction(SIGINT, &interrupt_before, nullptr);
    ::sigaction(SIGTERM, &terminate_before, nullptr);
  }
};

Trials::Trials(const ExamineProgram& options, Variables base, const ProgramReport& report)
    : options_(options),
      base_(std::move(base)),
      left_(options.budget),
      signals_(std::make_unique<Signals>()) {
  first_ = report.seconds;
  constexpr double kContended = 0.1;
  contended_ = report.waited_seconds > kContended * report.seconds;
  constexpr std::uint64_t kManyCalls = 100'000;
  by_progress_ = report.epochs.size() < 2 && report.heap.calls > kManyCalls && 2 * first_ > left_;
  if (report.divided || report.epochs.size() < 2) return;
  usual_ = usual_epoch(report).seconds;
  for (std::size_t i = 1; i < report.epochs.size(); ++i) later_.push_back(report.epochs[i].seconds);
  first_ = report.epochs.front().seconds;
  epochs_ = static_cast<int>(std::clamp(std::ceil(kEnough / std::max(usual_, 1e-3)), 1.0,
                                        static_cast<double>(kMostTimedEpochs)));
  epochs_ = std::min(epochs_, static_cast<int>(report.epochs.size()) - 1);
}

Trials::~Trials() = default;

double Trials::run_seconds() const { return first_ + usual_ * epochs_; }

// Until its end, or the end of the last epoch that is timed. Returns false if the user interrupts.
bool Trials::run(const Variables& remedy, double limit) {
  CountersFile counters(epochs_ > 0 ? Mark::prefix(options_.mark) : "\n");
  const Mark mark(options_.mark);
  Variables all = base_;
  for (auto& [name, value] : all)
    if (name == kCountersVariable) value = counters.path();
  all.insert(all.end(), remedy.begin(), remedy.end());
  Launched launched(without_assignments(options_.command, remedy), all, true);
  marks_.clear();
  progress_.clear();
  const cpu::LoadMonitor load;
  const std::uint64_t start = clock_nanoseconds();
  launched.go();
  const auto begin = Clock::now();
  bool ended = false;
  while (!ended && interrupted == 0 && since(begin) < limit) {
    ended = launched.ended(std::chrono::milliseconds(20));
    counters.take_lines([&](LineSeen&& line) {
      if (epochs_ > 0 && mark.found_in(line.text) && line.nanoseconds > start)
        marks_.push_back(static_cast<double>(line.nanoseconds - start) / 1e9);
    });
    if (by_progress_) progress_.push_back({since(begin), counters.counts().calls});
    if (epochs_ > 0 && std::ssize(marks_) > epochs_) break;
  }
  disturbed_ = load.observed(launched.processor_seconds()).others > kOthers;
  left_ -= since(begin);
  run_seconds_ = ended && launched.status() == 0 ? launched.seconds() : 0;
  return interrupted == 0;
}

std::optional<double> Trials::epoch_seconds(const Variables& remedy) {
  if (!run(remedy, 3 * run_seconds() + 1)) return {};
  if (epochs_ == 0) return run_seconds_ > 0 ? std::optional(run_seconds_) : std::nullopt;
  if (std::ssize(marks_) <= epochs_) return {};
  return median(lengths(marks_));
}

std::optional<Gain> Trials::compare_with_sampled(const Variables& remedy) {
  // Sampling takes some time too, so that a gain is less.
  constexpr double kSampling = 1.05;
  if (epochs_ == 0 || contended_ || left_ < 1 || !run(remedy, left_) || marks_.empty()) return {};
  // The worst that the epochs of the two runs allow, and the best.
  const std::vector<double> before = marks_.size() > 1 ? later_ : std::vector<double>{first_};
  const std::vector<double> after = marks_.size() > 1 ? lengths(marks_) : marks_;
  const auto [least, most] = std::minmax_element(before.begin(), before.end());
  const auto [shortest, longest] = std::minmax_element(after.begin(), after.end());
  return Gain{median(before) / median(after) / kSampling, *least / *longest / kSampling,
              *most / *shortest, *least / *shortest / kSampling};
}

std::optional<Gain> Trials::compare(const Variables& remedy) {
  return by_progress_ ? compare_progress(remedy) : compare_pairs(remedy);
}

std::optional<Gain> Trials::compare_pairs(const Variables& remedy) {
  std::vector<Pair> pairs;
  for (int pair = 0; pair < kPairs && left_ > 2 * run_seconds(); ++pair) {
    const auto plain = epoch_seconds({});
    const bool disturbed = disturbed_;
    const auto remedied = plain ? epoch_seconds(remedy) : std::nullopt;
    if (!remedied || *remedied <= 0) break;
    pairs.push_back({*plain, *remedied, disturbed || disturbed_});
  }
  return pairs.empty() ? compare_with_sampled(remedy) : gain(std::move(pairs));
}

namespace {

// When that many calls had been made; the curve is not empty and rises.
double time_of(const auto& curve, std::uint64_t calls) {
  const auto at = std::lower_bound(curve.begin(), curve.end(), calls,
                                   [](const auto& one, std::uint64_t c) { return one.calls < c; });
  if (at == curve.begin() || at == curve.end()) return curve.back().seconds;
  const auto& before = *(at - 1);
  return before.seconds + (at->seconds - before.seconds) *
                              static_cast<double>(calls - before.calls) /
                              static_cast<double>(at->calls - before.calls);
}

}  // namespace

// The second half of what both runs did counts: the first has the loading of the program.
std::optional<Gain> Trials::compare_progress(const Variables& remedy) {
  constexpr int kRuns = 8;  // that the budget is for
  constexpr std::uint64_t kEnoughCalls = 1000;
  const double length = std::max(kLongEnough, options_.budget / kRuns);
  std::vector<Pair> pairs;
  for (int pair = 0; pair < kPairs - 1 && left_ > 2 * length; ++pair) {
    if (!run({}, length) || progress_.empty()) break;
    const std::vector<Progress> plain = progress_;
    const bool disturbed = disturbed_;
    if (!run(remedy, length) || progress_.empty()) break;
    const std::uint64_t last = std::min(plain.back().calls, progress_.back().calls);
    if (last < kEnoughCalls) break;
    const auto seconds = [last](const std::vector<Progress>& curve) {
      return time_of(curve, last) - time_of(curve, last / 2);
    };
    const double with = seconds(progress_);
    if (with <= 0) break;
    pairs.push_back({seconds(plain), with, disturbed || disturbed_});
  }
  return gain(std::move(pairs));
}

// Of the pairs beside which nothing else computed.
std::optional<Gain> Trials::gain(std::vector<Pair> pairs) {
  const bool some = !pairs.empty();
  std::erase_if(pairs, [](const Pair& pair) { return pair.disturbed; });
  all_disturbed_ = all_disturbed_ || (some && pairs.empty());
  if (pairs.empty()) return {};
  std::vector<double> without, with, ratios;
  for (const Pair& pair : pairs) {
    without.push_back(pair.without);
    with.push_back(pair.with);
    ratios.push_back(pair.without / pair.with);
  }
  // One pair does not tell how much two runs differ by chance.
  constexpr double kChance = 1.2;
  if (ratios.size() == 1)
    return Gain{ratios[0], ratios[0] / kChance, ratios[0] * kChance, ratios[0]};
  const auto [low, high] = std::minmax_element(ratios.begin(), ratios.end());
  return Gain{median(without) / median(with), *low, *high,
              *std::min_element(without.begin(), without.end()) /
                  *std::min_element(with.begin(), with.end())};
}

void take_gain(const Gain& gain, ProgramFinding& finding) {
  // One run in three may be slow by chance. What nothing but the trial shows must be surer.
  constexpr double kHelps = 1.02, kSure = 1.05;
  const bool helps = gain.factor >= kHelps && gain.fastest >= kHelps &&
                     (!finding.only_if_tried || gain.low >= kSure);
  if (helps && finding.tries_a_part && !finding.only_if_tried && gain.factor < finding.factor) {
    finding.low = gain.factor;
    finding.evidence +=
        fmt::format("; with the variables below it ran {:.3g} times as fast", gain.factor);
    return;
  }
  finding.factor = helps ? gain.factor : 1;
  finding.low = gain.low;
  finding.high = gain.high;
  finding.tried = true;
}

}  // namespace lithe::program
