#include "program/monitor.h"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "program/activity.h"
#include "program/clock.h"
#include "program/thread_state.h"

namespace lithe::program {

namespace {

constexpr std::size_t kMostProcesses = 1 << 16;
constexpr std::size_t kMostAlive = 1024;
constexpr std::size_t kEnvironment = 1 << 20;
constexpr std::size_t kMapsText = 4 << 20;  // of /proc/PID/maps

}  // namespace

Monitor::Monitor(pid_t process, CountersFile& counters, GeneratedCode& generated,
                 std::unique_ptr<Sampler> sampler, const Mark* mark, std::uint64_t start)
    : process_(process),
      counters_(counters),
      sampler_(std::move(sampler)),
      mark_(mark),
      cutter_(start),
      observer_(
          [this](pid_t of, std::uint64_t address) {
            const auto space = spaces_.find(of);
            return space == spaces_.end() || space->second == nullptr
                       ? Place{}
                       : space->second->find(address);
          },
          generated, start),
      processes_{process},
      alive_{process} {}

void Monitor::take_present() {
  read_maps(process_);
  read_waiting();
  waited_before_ = waited_;
}

void Monitor::poll() {
  observer_.begin(marker_ != 0 ? marker_ : process_);
  if (sampler_ != nullptr) sampler_->sample();
  observer_.observe(sampler_.get(), cutter_.first_end() > 0);
  await_samples();
  take_lines();
  if (sampler_ != nullptr) take_events(false);
  if (Clock::now() >= next_slow_poll_) slow_poll();
}

void Monitor::take_lines() {
  counters_.take_lines([this](LineSeen&& line) {
    if (mark_ == nullptr || !mark_->found_in(line.text)) return;
    cutter_.cut(line);
    marker_ = line.process;
    later_histogram_.take(open_histogram_);
    observer_.end_epoch();
  });
}

// A thread that runs is sampled once in each millisecond of its time, where that can be.
void Monitor::await_samples() {
  constexpr std::chrono::microseconds kMost{1000};
  const auto end = Clock::now() + kMost;
  while (observer_.expects_samples()) {
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(end - Clock::now());
    if (left.count() <= 0 || !sampler_->await_sample(left)) break;
    sampler_->sample();
    observer_.take_samples(false);
  }
  observer_.take_samples(true);
}

void Monitor::finish() {
  next_slow_poll_ = {};  // for processes that began and ended since the last one
  poll();
  if (sampler_ != nullptr) take_events(true);
  observer_.end_program();
}

// The more expensive readings, done five times a second.
void Monitor::slow_poll() {
  constexpr auto kPause = std::chrono::milliseconds(200);
  next_slow_poll_ = Clock::now() + kPause;
  for (const pid_t process : counters_.processes()) see_process(process);
  count_threads();
  read_waiting();
  read_memory();
  traffic_.look(marker_ != 0 ? marker_ : process_, cutter_.first_end() > 0);
  read_variables();
  if (sampler_ != nullptr && sampler_->tells_processes()) return;
  find_children();
  for (const pid_t process : alive_) read_maps(process);
}

// What events would tell.
void Monitor::find_children() {
  std::vector<pid_t> found;
  for (const pid_t process : alive_) {
    const std::string text = base::read_text(fmt::format("/proc/{0}/task/{0}/children", process));
    for (std::string_view rest = text; !rest.empty();)
      if (const pid_t child = base::to_number(base::take_until(rest, ' '), pid_t{0}); child > 0)
        found.push_back(child);
  }
  for (const pid_t child : found) see_process(child);
}

void Monitor::count_threads() {
  const std::vector<pid_t> known = counters_.processes();
  constexpr std::size_t kLatest = 32;
  std::vector<pid_t> asked(known.end() - std::min<std::ptrdiff_t>(kLatest, std::ssize(known)),
                           known.end());
  asked.push_back(process_);
  for (const pid_t process : asked) {
    read_allowed(process);
    const std::string text = base::read_text(fmt::format("/proc/{}/status", process));
    constexpr std::string_view kLine = "\nThreads:";
    const std::size_t at = text.find(kLine);
    if (at == text.npos) continue;
    std::string_view rest = std::string_view(text).substr(at + kLine.size());
    most_threads_ = std::max(most_threads_, base::to_number(base::take_until(rest, '\n'), 0));
  }
}

// By the threads together, because OpenMP may bind each to a processor of its own.
void Monitor::read_allowed(pid_t process) {
  constexpr std::size_t kMostAsked = 64;
  cpu_set_t all;
  CPU_ZERO(&all);
  std::size_t asked = 0;
  for (const pid_t thread : threads_of(process)) {
    cpu_set_t of_thread;
    if (++asked > kMostAsked || ::sched_getaffinity(thread, sizeof(of_thread), &of_thread) != 0)
      break;
    CPU_OR(&all, &all, &of_thread);
  }
  if (const int count = CPU_COUNT(&all); count > 0 && allowed_.size() < kMostProcesses)
    allowed_[process] = count;
}

int Monitor::allowed_processors(pid_t process) const {
  const auto at = allowed_.find(process);
  return at == allowed_.end() ? 0 : at->second;
}

// "time on a processor, time of waiting for one, ...", in nanoseconds.
void Monitor::read_waiting() {
  const std::string text = base::read_text(fmt::format("/proc/{}/schedstat", process_));
  std::string_view rest = text;
  base::take_until(rest, ' ');
  const auto waited = base::to_number(base::take_until(rest, ' '), std::uint64_t{0});
  waited_ = std::max(waited_, static_cast<double>(waited) / 1e9);
}

void Monitor::see_process(pid_t process) {
  if (processes_.size() >= kMostProcesses || !processes_.insert(process).second) return;
  if (alive_.size() < kMostAlive) alive_.insert(process);
  if (sampler_ != nullptr) sampler_->watch(process);
}

// "size resident shared ...", in pages, of each process.
void Monitor::read_memory() {
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::uint64_t pages = 0;
  std::erase_if(alive_, [&pages](pid_t process) {
    const std::string text = base::read_text(fmt::format("/proc/{}/statm", process), 200);
    std::string_view rest = text;
    base::take_until(rest, ' ');
    pages += base::to_number(base::take_until(rest, ' '), std::uint64_t{0});
    return text.empty();
  });
  observer_.timeline().see_memory(clock_nanoseconds(), pages * page);
}

// Those of the first process that loads such a library: libraries that start processes set
// variables for these.
void Monitor::read_variables() {
  for (const auto& [process, libraries] : libraries_) {
    if (!variables_.empty()) return;
    const std::string text =
        base::read_text(fmt::format("/proc/{}/environ", process), kEnvironment);
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view entry = base::take_until(rest, '\0');
      const std::size_t sign = entry.find('=');
      if (sign != entry.npos) variables_.emplace(entry.substr(0, sign), entry.substr(sign + 1));
    }
  }
}

void Monitor::count(const Place& place, bool in_kernel, bool entered, bool later) {
  histogram_.add(place, in_kernel, entered);
  if (later) open_histogram_.add(place, in_kernel, entered);
}

void Monitor::read_maps(pid_t process) {
  const std::string text = base::read_text(fmt::format("/proc/{}/maps", process), kMapsText);
  if (text.empty()) return;  // it has ended; the last known maps remain
  auto space = std::make_shared<AddressSpace>();
  for (const Mapping& mapping : parse_maps(text)) map(*space, process, mapping);
  spaces_[process] = std::move(space);
}

void Monitor::take_events(bool end) {
  for (const Event& event : sampler_->take(end)) take_event(event);
}

void Monitor::map(AddressSpace& space, pid_t process, const Mapping& mapping) {
  space.add(mapping, files_);
  observer_.mapped(process, mapping);
  const std::string_view file = file_name(mapping.path);
  if (libraries_.size() < kMostProcesses && (is_openmp(file) || is_blas(file)))
    libraries_[process].insert(files_.number(mapping.path));
}

std::vector<std::string> Monitor::loaded_together(bool (*kind)(std::string_view)) const {
  std::vector<std::string> most;
  for (const auto& [process, files] : libraries_) {
    std::vector<std::string> of_kind;
    for (const std::uint32_t file : files)
      if (kind(file_name(files_.paths()[file]))) of_kind.push_back(files_.paths()[file]);
    if (of_kind.size() > most.size()) most = std::move(of_kind);
  }
  return most;
}

AddressSpace& Monitor::own_space(pid_t process) {
  SharedSpace& space = spaces_[process];
  if (space == nullptr)
    space = std::make_shared<AddressSpace>();
  else if (space.use_count() > 1)
    space = std::make_shared<AddressSpace>(*space);
  return *space;
}

void Monitor::take_event(const Event& event) {
  see_process(event.process);
  switch (event.kind) {
    case Event::Kind::mapping:
      map(own_space(event.process), event.process, event.mapping);
      break;
    case Event::Kind::fork:
      if (const auto parent = spaces_.find(event.parent); parent != spaces_.end()) {
        const SharedSpace space = parent->second;
        spaces_[event.process] = space;
      }
      observer_.forked(event.parent, event.process);
      break;
    case Event::Kind::exec:
    case Event::Kind::exit:
      spaces_.erase(event.process);
      observer_.ended(event.process);
      break;
    case Event::Kind::sample:
      take_sample(event);
      break;
    case Event::Kind::lost:
      break;
  }
}

void Monitor::take_sample(const Event& event) {
  const bool entered = event.entered_from != 0;
  const std::uint64_t address = event.in_kernel ? event.entered_from : event.address;
  if (!sampler_->tells_processes())
    if (const SharedSpace& known = spaces_[event.process];
        known == nullptr || !known->knows(address))
      read_maps(event.process);
  const auto space = spaces_.find(event.process);
  const Place place =
      space == spaces_.end() || space->second == nullptr ? Place{} : space->second->find(address);
  count(place, event.in_kernel, entered,
        cutter_.first_end() > 0 && event.time > cutter_.first_end());
  if (event.thread == observer_.first_thread(event.process))
    observer_.timeline().see_sample(event.process, event.time, place, event.in_kernel, entered);
}

}  // namespace lithe::program
