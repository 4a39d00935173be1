#include "program/observer.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "program/activity.h"
#include "program/thread_state.h"

namespace lithe::program {

namespace {

constexpr std::size_t kMostProcesses = 64;
constexpr std::uint64_t kRuns = 1'200'000;  // nanoseconds since its last sample, for what runs
constexpr int kMostTries = 200;             // to read an interpreter that is only starting

std::uint64_t now_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

void Observer::mapped(pid_t process, const Mapping& mapping) {
  if (processes_.size() >= kMostProcesses && !processes_.contains(process)) return;
  Process& known = processes_[process];
  if (PythonReader::may_be_python(file_name(mapping.path)) && known.python == nullptr)
    known.interpreters.push_back(mapping);
}

void Observer::forked(pid_t parent, pid_t child) {
  const auto at = processes_.find(parent);
  if (at == processes_.end() || processes_.size() >= kMostProcesses) return;
  processes_[child].interpreters = at->second.interpreters;
}

void Observer::ended(pid_t process) { processes_.erase(process); }

void Observer::observe(const EventSampler* events, bool later) {
  now_ = now_nanoseconds();
  events_ = events;
  later_ = later;
  if (last_ != 0)
    for (auto& [number, process] : processes_) observe_process(number, process);
  last_ = now_;
}

void Observer::observe_process(pid_t number, Process& process) {
  for (const Mapping& file : process.interpreters)
    if (process.python == nullptr && process.tries < kMostTries) {
      ++process.tries;
      process.python = PythonReader::open(number, file);
    }
  if (process.python == nullptr) {
    count(number, number, nullptr, false);
    return;
  }
  const std::vector<PythonThread> threads = process.python->read();
  const bool locked = std::any_of(threads.begin(), threads.end(),
                                  [](const PythonThread& t) { return t.holds_lock; });
  bool first_seen = false;
  for (const PythonThread& thread : threads) {
    first_seen = first_seen || thread.thread == number;
    count(number, thread.thread, &thread, locked && !thread.holds_lock);
  }
  if (!first_seen) count(number, number, nullptr, false);
}

void Observer::count(pid_t process, pid_t thread, const PythonThread* python, bool other_has_lock) {
  Moment moment;
  moment.process = process;
  moment.first_thread = process == thread;
  moment.later = later_;
  see_processor(thread, moment);
  if (!moment.runs) {
    const ThreadState state = thread_state(process, thread, other_has_lock);
    if (!state.exists) return;
    moment.runs = state.runs;
    moment.wait = state.wait;
    // Without samples of the kernel, what runs and is not sampled is in the kernel.
    moment.in_kernel = state.runs && events_ != nullptr && !events_->sees_kernel();
    if (state.runs && waits_for_processor(process, thread)) {
      moment.runs = moment.in_kernel = false;
      moment.wait = Wait::processor;
    }
  } else if (moment.sampled) {
    moment.place = find_(process, moment.place.offset);
  }
  moment.others_run = !moment.runs && events_ != nullptr && events_->last_time() + kRuns > now_;
  if (python != nullptr) {
    moment.collecting = python->collecting;
    for (const PythonFrame& frame : python->frames)
      moment.frames.push_back({counts_.number(frame.code), frame.line, {}});
  }
  counts_.add(moment, now_ - last_);
}

// Whether a thread that is ready to run had no processor for most of the time since the last look.
bool Observer::waits_for_processor(pid_t process, pid_t thread) {
  const std::string text =
      base::read_text(fmt::format("/proc/{}/task/{}/schedstat", process, thread));
  std::string_view rest = text;
  Scheduled now;
  now.ran = base::to_number(base::take_until(rest, ' '), std::uint64_t{0});
  constexpr std::size_t kMostThreads = 1 << 16;
  if (scheduled_.size() > kMostThreads) scheduled_.clear();
  const auto [at, added] = scheduled_.emplace(thread, now);
  const Scheduled last = std::exchange(at->second, now);
  // The wait that goes on is not counted yet, but then it has not run either.
  return !added && now.ran - last.ran < (now_ - last_) / 2;
}

// A thread that runs has been sampled in the last millisecond of its processor time. Only what was
// sampled just now belongs to the stack that is read now.
void Observer::see_processor(pid_t thread, Moment& moment) const {
  constexpr std::uint64_t kSame = 300'000;
  const Event* sample = events_ == nullptr ? nullptr : events_->latest(thread);
  if (sample == nullptr || sample->time + kRuns < now_) return;
  moment.runs = true;
  if (sample->time + kSame < now_) return;
  moment.sampled = true;
  moment.in_kernel = sample->in_kernel;
  moment.entered = sample->entered_from != 0;
  moment.place.offset = sample->in_kernel ? sample->entered_from : sample->address;
}

}  // namespace lithe::program
