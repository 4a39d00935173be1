#include "program/trials.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "program/counters_file.h"
#include "program/epochs.h"

namespace lithe::program {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPairs = 3;
constexpr double kEnough = 1.0;  // seconds of later epochs in a run
constexpr int kMostEpochs = 8;

volatile sig_atomic_t interrupted = 0;
void interrupt(int) { interrupted = 1; }

double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
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
  if (report.divided || report.epochs.size() < 2) return;
  usual_ = usual_epoch(report).seconds;
  first_ = report.epochs.front().seconds;
  epochs_ = static_cast<int>(std::clamp(std::ceil(kEnough / std::max(usual_, 1e-3)), 1.0,
                                        static_cast<double>(kMostEpochs)));
  epochs_ = std::min(epochs_, static_cast<int>(report.epochs.size()) - 1);
}

Trials::~Trials() = default;

double Trials::run_seconds() const { return first_ + usual_ * epochs_; }

std::optional<double> Trials::epoch_seconds(const Variables& remedy) {
  CountersFile counters(epochs_ > 0 ? Mark::prefix(options_.mark) : "\n");
  const Mark mark(options_.mark);
  Variables all = base_;
  for (auto& [name, value] : all)
    if (name == kCountersVariable) value = counters.path();
  all.insert(all.end(), remedy.begin(), remedy.end());
  Launched launched(without_assignments(options_.command, remedy), all, true);
  std::vector<double> marks;
  launched.go();
  const auto begin = Clock::now();
  const double limit = 3 * run_seconds() + 1;
  bool ended = false;
  while (!ended && interrupted == 0 && since(begin) < limit) {
    ended = launched.ended(std::chrono::milliseconds(20));
    counters.take_lines([&](LineSeen&& line) {
      if (epochs_ > 0 && mark.found_in(line.text))
        marks.push_back(static_cast<double>(line.nanoseconds) / 1e9);
    });
    if (epochs_ > 0 && std::ssize(marks) > epochs_) break;
  }
  left_ -= since(begin);
  if (interrupted != 0) return {};
  if (epochs_ == 0)
    return ended && launched.status() == 0 ? std::optional(launched.seconds()) : std::nullopt;
  if (std::ssize(marks) <= epochs_) return {};
  std::vector<double> epochs;
  for (int i = 0; i < epochs_; ++i)
    epochs.push_back(marks[static_cast<std::size_t>(i) + 1] - marks[static_cast<std::size_t>(i)]);
  return median(epochs);
}

std::optional<Gain> Trials::compare(const Variables& remedy) {
  std::vector<double> without, with, ratios;
  for (int pair = 0; pair < kPairs && left_ > 2 * run_seconds(); ++pair) {
    const auto plain = epoch_seconds({});
    const auto remedied = plain ? epoch_seconds(remedy) : std::nullopt;
    if (!remedied || *remedied <= 0) break;
    without.push_back(*plain);
    with.push_back(*remedied);
    ratios.push_back(*plain / *remedied);
  }
  if (ratios.empty()) return {};
  const auto [low, high] = std::minmax_element(ratios.begin(), ratios.end());
  return Gain{median(without) / median(with), *low, *high};
}

}  // namespace lithe::program
