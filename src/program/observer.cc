#include "program/observer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "program/activity.h"
#include "program/clock.h"
#include "program/remote_memory.h"

namespace lithe::program {

namespace {

constexpr std::size_t kMostObserved = 64;
constexpr std::uint64_t kRuns = 1'200'000;  // nanoseconds since its last sample, for what runs
constexpr int kMostTries = 200;             // to read an interpreter that is only starting

const PythonThread* thread_of(const std::vector<PythonThread>& threads, pid_t thread) {
  const auto at = std::find_if(threads.begin(), threads.end(),
                               [thread](const PythonThread& t) { return t.thread == thread; });
  return at == threads.end() ? nullptr : &*at;
}

// `place` gets an address, which is yet to be found in a file.
void see_sample(const Event& sample, Moment& moment) {
  moment.sampled = true;
  moment.in_kernel = sample.in_kernel;
  moment.entered = sample.entered_from != 0;
  moment.place.offset = sample.in_kernel ? sample.entered_from : sample.address;
}

}  // namespace

void Observer::mapped(pid_t process, const Mapping& mapping) {
  if (processes_.size() >= kMostObserved && !processes_.contains(process)) return;
  Process& known = processes_[process];
  known.native.map(mapping);
  generated_.mapped(process, file_name(mapping.path));
  known.java = known.java || file_name(mapping.path) == "libjli.so";
  const auto same = [&mapping](const Mapping& other) {
    return other.start == mapping.start && other.path == mapping.path;
  };
  if (PythonReader::may_be_python(file_name(mapping.path)) && known.python == nullptr &&
      std::none_of(known.interpreters.begin(), known.interpreters.end(), same))
    known.interpreters.push_back(mapping);
}

void Observer::forked(pid_t parent, pid_t child) {
  const auto at = processes_.find(parent);
  if (at == processes_.end() || processes_.size() >= kMostObserved) return;
  processes_[child].interpreters = at->second.interpreters;
  processes_[child].native = at->second.native.copy();
}

pid_t Observer::first_thread(pid_t process) const {
  const auto at = processes_.find(process);
  if (at == processes_.end() || !at->second.java || at->second.threads.size() < 2) return process;
  return at->second.threads[1];
}

void Observer::ended(pid_t process) { processes_.erase(process); }

void Observer::begin(pid_t main) {
  constexpr std::size_t kMostThreads = 16;  // of a process
  now_ = clock_nanoseconds();
  states_.clear();
  for (const auto& [number, process] : processes_) {
    const pid_t first = first_thread(number);
    states_[first] = thread_state(number, first);
    if (number == main) place_.avoid(states_[first].processor);
    if (process.python == nullptr) continue;
    for (std::size_t i = 0; i < std::min(kMostThreads, process.threads.size()); ++i)
      if (const pid_t thread = process.threads[i]; thread != first)
        states_[thread] = thread_state(number, thread);
  }
}

ThreadState Observer::state_of(pid_t process, pid_t thread) const {
  const auto at = states_.find(thread);
  return at == states_.end() ? thread_state(process, thread) : at->second;
}

void Observer::observe(const Sampler* sampler, bool later) {
  sampler_ = sampler;
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
    if (process.interpreters.empty())
      observe_native(number, process);
    else
      count(number, number, process, nullptr, false);
    return;
  }
  const std::vector<PythonThread> threads = read_python(number, process);
  const bool locked = std::any_of(threads.begin(), threads.end(),
                                  [](const PythonThread& t) { return t.holds_lock; });
  process.threads.clear();
  for (const PythonThread& thread : threads) {
    process.threads.push_back(thread.thread);
    count(number, thread.thread, process, &thread, locked && !thread.holds_lock);
  }
  if (thread_of(threads, number) == nullptr) count(number, number, process, nullptr, false);
}

// A stack that changes while it is read may be cut short, mostly in functions that are short: it is
// read again until it begins where the last one did.
std::vector<PythonThread> Observer::read_python(pid_t number, Process& process) {
  constexpr int kReadings = 5;
  for (int reading = 1;; ++reading) {
    std::vector<PythonThread> threads = process.python->read();
    const PythonThread* first = thread_of(threads, number);
    const PythonCode* begin = first == nullptr ? nullptr : first->frames.back().code.get();
    if (begin != nullptr && begin == process.begin) return threads;
    if (reading < kReadings) continue;
    process.begin = begin;
    return threads;
  }
}

bool Observer::see(pid_t thread, bool python, bool other_has_lock, Moment& moment,
                   UserState* waiting) const {
  const ThreadState state = state_of(moment.process, thread);
  if (!state.exists) return false;
  moment.runs = state.runs;
  moment.wait = state.limited && other_has_lock ? Wait::interpreter : state.wait;
  if (moment.runs) {
    see_processor(thread, python, moment);
  } else {
    moment.others_run = sampler_ != nullptr && sampler_->last_time() + kRuns > now_;
    if (waiting != nullptr) {
      waiting->instruction = state.instruction;
      waiting->stack = state.stack;
    }
  }
  return true;
}

void Observer::count(pid_t number, pid_t thread, Process& process, const PythonThread* python,
                     bool other_has_lock) {
  Moment moment;
  moment.process = number;
  moment.first_thread = thread == first_thread(number);
  moment.later = later_;
  if (!see(thread, python != nullptr, other_has_lock, moment, nullptr)) return;
  if (python != nullptr) add_python(*python, moment);
  if (python != nullptr && moment.first_thread && !moment.runs)
    confirm(state_of(number, thread), process, moment);
  const bool expects = python != nullptr && moment.first_thread && moment.runs &&
                       sampler_ != nullptr && sampler_->follows_time();
  if (expects) {
    moment.sampled = false;
    moment.in_kernel = runs_unseen();
    expected_.push_back({std::move(moment), {last_, now_}});
  } else {
    add(std::move(moment), thread, 1, {last_, now_});
  }
}

void Observer::add_python(const PythonThread& thread, Moment& moment) {
  moment.collecting = thread.collecting;
  moment.frames.clear();
  for (const PythonFrame& frame : thread.frames)
    moment.frames.push_back({counts_.number(frame.code), frame.line, {}});
}

// What was seen may have ended when the stack is read: the stack is then that of what came after
// it. It is its own if the thread still runs, or is in the same call. Otherwise the last stack that
// was confirmed is taken.
void Observer::confirm(const ThreadState& seen, Process& process, Moment& moment) {
  const ThreadState after = thread_state(moment.process, moment.process);
  std::vector<StackFrame>& known = process.confirmed[moment.wait];
  if (after.runs == seen.runs && after.wait == seen.wait && after.stack == seen.stack &&
      after.instruction == seen.instruction)
    known = moment.frames;
  else if (!known.empty())
    moment.frames = known;
}

// The stack after a sample is that of the sample if it is the same as before, or is read at once.
void Observer::see_again(const Event& sample, Process& process, Moment& moment) {
  constexpr std::uint64_t kAtOnce = 150'000;
  const bool at_once = sample.time + kAtOnce > clock_nanoseconds();
  const std::vector<PythonThread> threads = read_python(moment.process, process);
  const PythonThread* python = thread_of(threads, sample.thread);
  if (python == nullptr) return;
  Moment after = moment;
  add_python(*python, after);
  ThreadState ran;
  ran.runs = true;
  confirm(ran, process, after);
  if (!at_once && after.frames != moment.frames) return;
  moment = std::move(after);
  see_sample(sample, moment);
  moment.place = find_(moment.process, moment.place.offset);
}

void Observer::take_samples(bool end) {
  std::erase_if(expected_, [this, end](Expected& expected) {
    Moment& moment = expected.moment;
    const pid_t thread = first_thread(moment.process);
    const Event* sample = sampler_->latest(thread);
    const auto process = processes_.find(moment.process);
    if (sample != nullptr && sample->time > expected.span.until && process != processes_.end() &&
        process->second.python != nullptr) {
      see_again(*sample, process->second, moment);
    } else if (!end) {
      return false;
    }
    add(std::move(moment), thread, 1, expected.span);
    return true;
  });
}

// Counts what was seen for the time since the last look, `times` as much. Of the time in which it
// was ready to run it had no processor for a part.
void Observer::add(Moment moment, pid_t thread, std::uint64_t times, const Span& span) {
  const double without = moment.runs ? without_processor(moment.process, thread) : 0;
  const std::uint64_t all = span.until - span.from;
  const auto lost = static_cast<std::uint64_t>(without * static_cast<double>(all));
  counts_.add(moment, times * (all - lost));
  timeline_.add(moment, span.from, span.until - lost);
  if (lost == 0) return;
  moment.runs = moment.sampled = moment.in_kernel = moment.entered = false;
  moment.place = {};
  moment.wait = Wait::processor;
  moment.others_run = true;
  counts_.add(moment, times * lost);
  timeline_.add(moment, span.until - lost, span.until);
}

// Looks at the first thread, at those that were sampled, and in turns at eight of those that wait.
void Observer::observe_native(pid_t number, Process& process) {
  constexpr std::uint64_t kListed = 50'000'000;  // nanoseconds that a list of threads is good for
  constexpr std::size_t kAtOnce = 8;
  if (process.listed + kListed < now_) {
    process.threads = threads_of(number);
    process.listed = now_;
  }
  const pid_t first = first_thread(number);
  const std::size_t turns = (process.threads.size() + kAtOnce - 1) / kAtOnce;
  ++process.turn;
  for (std::size_t i = 0; i < process.threads.size(); ++i) {
    const pid_t thread = process.threads[i];
    const Event* sample = sampler_ == nullptr ? nullptr : sampler_->latest(thread);
    const bool runs = sample != nullptr && sample->time + kRuns >= now_;
    if (runs || thread == first)
      count_native(number, thread, process.native, 1);
    else if ((i + process.turn) % turns == 0)
      count_native(number, thread, process.native, turns);
  }
  if (process.threads.empty()) count_native(number, number, process.native, 1);
}

void Observer::count_native(pid_t number, pid_t thread, NativeStack& stack, std::uint64_t times) {
  Moment moment;
  moment.process = number;
  moment.first_thread = thread == first_thread(number);
  moment.later = later_;
  UserState waiting;
  if (!see(thread, false, false, moment, &waiting)) return;
  // What runs in the kernel unseen was called from about where its last sample was.
  constexpr std::uint64_t kRecent = 50'000'000;
  const Event* sample = sampler_ == nullptr ? nullptr : sampler_->latest(thread);
  const bool recent = sample != nullptr && sample->user != nullptr && sample->time + kRecent > now_;
  std::vector<std::uint64_t> addresses;
  if (moment.runs && recent) {
    addresses = stack.unwind(*sample->user);
    // Between samples it is where the last one was, mostly.
    if (!moment.sampled && !moment.in_kernel) {
      see_sample(*sample, moment);
      moment.place = find_(number, moment.place.offset);
    }
  } else if (!moment.runs && waiting.instruction != 0) {
    waiting.memory = stack_memory(number, waiting.stack);
    addresses = stack.unwind(waiting);
  }
  add_frames(number, addresses, moment);
  add(std::move(moment), thread, times, {last_, now_});
}

void Observer::add_frames(pid_t process, const std::vector<std::uint64_t>& addresses,
                          Moment& moment) {
  for (const std::uint64_t address : addresses) {
    if (const Place place = find_(process, address); place.file != 0) {
      moment.frames.push_back({0, 0, place});
      continue;
    }
    for (const CodeMap::Frame& frame : generated_.find(process, address))
      moment.frames.push_back({counts_.number(frame.code), frame.line, {}});
  }
}

// The part of the time in which a thread was ready to run that it had no processor, lately. What it
// ran is counted at the system's ticks only, so some of them must have passed.
double Observer::without_processor(pid_t process, pid_t thread) {
  constexpr std::uint64_t kTicks = 12'000'000, kLittle = 1'000'000;
  constexpr std::size_t kMostThreads = 1 << 16;
  if (scheduled_.size() > kMostThreads) scheduled_.clear();
  const auto [at, added] = scheduled_.try_emplace(thread);
  Scheduled& known = at->second;
  if (!added && now_ < known.seen + kTicks) return known.without;
  const std::string text =
      base::read_text(fmt::format("/proc/{}/task/{}/schedstat", process, thread));
  std::string_view rest = text;
  const auto ran = base::to_number(base::take_until(rest, ' '), std::uint64_t{0});
  const auto waited = base::to_number(base::take_until(rest, ' '), std::uint64_t{0});
  const std::uint64_t more = ran - known.ran, without = waited - known.waited;
  if (!added && more + without > kLittle)
    known.without = static_cast<double>(without) / static_cast<double>(more + without);
  known.ran = ran;
  known.waited = waited;
  known.seen = now_;
  return known.without;
}

// Without samples of the kernel, what runs and is not sampled is in the kernel.
bool Observer::runs_unseen() const {
  return sampler_ != nullptr && sampler_->follows_time() && !sampler_->sees_kernel();
}

// Where the processor was when a thread that runs was sampled a moment ago.
void Observer::see_processor(pid_t thread, bool python, Moment& moment) const {
  constexpr std::uint64_t kSame = 200'000;
  const Event* sample = sampler_ == nullptr ? nullptr : sampler_->latest(thread);
  if (sample == nullptr || sample->time + kRuns < now_) {
    moment.in_kernel = runs_unseen();
    return;
  }
  if (sample->time + kSame < now_ && (python || sample->user == nullptr)) return;
  see_sample(*sample, moment);
  moment.place = find_(moment.process, moment.place.offset);
}

}  // namespace lithe::program
