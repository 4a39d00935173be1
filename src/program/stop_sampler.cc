#include "program/stop_sampler.h"

#include <elf.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "program/clock.h"
#include "program/remote_memory.h"
#include "program/thread_state.h"

namespace lithe::program {

namespace {

constexpr std::size_t kMostStops = 8;              // in one round
constexpr std::uint64_t kStopWait = 60'000'000;    // nanoseconds that a stop is waited for
constexpr std::uint64_t kStopListed = 50'000'000;  // that a list of threads is good for
constexpr std::size_t kMostWatched = 256, kMostStoppedThreads = 1 << 16;

#if defined(__x86_64__)

bool read_user(pid_t thread, UserState& user, bool& in_call) {
  user_regs_struct registers{};
  iovec to{&registers, sizeof(registers)};
  if (::ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &to) != 0) return false;
  user.instruction = registers.rip;
  user.stack = registers.rsp;
  user.saved = {registers.rbx, registers.rbp, registers.r12,
                registers.r13, registers.r14, registers.r15};
  in_call = static_cast<std::int64_t>(registers.orig_rax) >= 0;
  return true;
}

#elif defined(__aarch64__)

bool read_user(pid_t thread, UserState& user, bool& in_call) {
  user_regs_struct registers{};
  iovec to{&registers, sizeof(registers)};
  if (::ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &to) != 0) return false;
  user.instruction = registers.pc;
  user.stack = registers.sp;
  std::copy_n(&registers.regs[19], kSavedRegisters, user.saved.begin());
  int call = -1;
  iovec number{&call, sizeof(call)};
  in_call = ::ptrace(PTRACE_GETREGSET, thread, NT_ARM_SYSTEM_CALL, &number) == 0 && call >= 0;
  return true;
}

#else

bool read_user(pid_t, UserState&, bool&) { return false; }

#endif

void release(pid_t thread, int signal) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the signal is passed as a pointer
  ::ptrace(PTRACE_DETACH, thread, nullptr, reinterpret_cast<void*>(static_cast<long>(signal)));
}

}  // namespace

std::unique_ptr<StopSampler> StopSampler::open(pid_t process, bool stacks, std::string& why) {
  std::unique_ptr<StopSampler> sampler(new StopSampler(process, stacks));
  errno = 0;
  if (!sampler->sample(process, process)) {
    why = std::strerror(errno != 0 ? errno : EPERM);
    return nullptr;
  }
  sampler->events_.clear();
  sampler->latest_.clear();
  sampler->watch(process);
  return sampler;
}

std::unique_ptr<StopSampler> StopSampler::attach(pid_t process, bool stacks) {
  std::unique_ptr<StopSampler> sampler(new StopSampler(0, stacks));
  sampler->watch(process);
  return sampler;
}

StopSampler::~StopSampler() {
  // What is left is released by the system when this process ends.
  take_late();
}

void StopSampler::watch(pid_t process) {
  if (processes_.size() < kMostWatched) processes_.try_emplace(process);
}

std::vector<Event> StopSampler::take(bool /*end*/) { return std::exchange(events_, {}); }

const Event* StopSampler::latest(pid_t thread) const {
  const auto at = latest_.find(thread);
  return at == latest_.end() ? nullptr : &at->second;
}

void StopSampler::sample() {
  take_late();
  const std::uint64_t now = clock_nanoseconds();
  std::vector<std::pair<pid_t, pid_t>> running;
  for (auto& [number, process] : processes_) {
    if (process.listed + kStopListed < now) {
      process.threads = threads_of(number);
      process.listed = now;
    }
    for (const pid_t thread : process.threads)
      if (thread_state(number, thread).runs) running.emplace_back(number, thread);
  }
  // Where more run than are stopped in a round, each has its turn.
  for (std::size_t i = 0; i < std::min(running.size(), kMostStops); ++i) {
    const auto& [process, thread] = running[(turn_ + i) % running.size()];
    sample(process, thread);
  }
  turn_ += kMostStops;
}

bool StopSampler::sample(pid_t process, pid_t thread) {
  if (late_.contains(thread) || ::ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) != 0) return false;
  ::ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
  const Stopped stopped = wait(thread);
  if (stopped.state == Stop::not_yet) late_[thread] = {process, ~std::uint64_t{0}};
  // A thread that becomes another program takes the number of its process.
  constexpr std::uint64_t kSecond = 1'000'000'000;
  if (stopped.state == Stop::ended && thread != process)
    late_.try_emplace(process, Late{process, clock_nanoseconds() + kSecond});
  if (stopped.state != Stop::stopped) return false;
  const bool known = read(process, thread);
  release(thread, stopped.signal);
  return known;
}

// Leaves the end of this process's own child to be waited for by others.
StopSampler::Stopped StopSampler::look(pid_t thread) const {
  siginfo_t info{};
  const auto id = static_cast<id_t>(thread);
  if (::waitid(P_PID, id, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL) != 0)
    return {Stop::ended};
  if (info.si_pid == 0) return {Stop::not_yet};
  if (info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED) {
    if (thread != child_) ::waitid(P_PID, id, &info, WEXITED | WNOHANG | __WALL);
    return {Stop::ended};
  }
  constexpr int kEvent = 8, kSignal = 0x7f;  // above these bits stands an event that is no signal
  return {Stop::stopped, info.si_status >> kEvent == 0 ? info.si_status & kSignal : 0};
}

// A thread that runs stops at once; one that waits for a processor when it has one.
StopSampler::Stopped StopSampler::wait(pid_t thread) const {
  constexpr int kAtOnce = 50;
  const std::uint64_t until = clock_nanoseconds() + kStopWait;
  for (int i = 0;; ++i) {
    const Stopped stopped = look(thread);
    if (stopped.state != Stop::not_yet || clock_nanoseconds() > until) return stopped;
    constexpr timespec kShortly{0, 50'000}, kLater{0, 300'000};
    if (i < kAtOnce)
      ::sched_yield();
    else
      ::nanosleep(i < 2 * kAtOnce ? &kShortly : &kLater, nullptr);
  }
}

bool StopSampler::read(pid_t process, pid_t thread) {
  const auto user = std::make_shared<UserState>();
  Event event;
  bool in_call = false;
  if (!read_user(thread, *user, in_call)) return false;
  event.process = process;
  event.thread = thread;
  event.address = user->instruction;
  event.in_kernel = in_call;
  event.entered_from = in_call ? user->instruction : 0;
  if (stacks_) {
    user->knows_saved = true;
    user->memory = stack_memory(process, user->stack);
    event.user = user;
  }
  event.time = last_time_ = clock_nanoseconds();
  if (latest_.size() < kMostStoppedThreads) latest_[thread] = event;
  events_.push_back(std::move(event));
  return true;
}

void StopSampler::take_late() {
  const std::uint64_t now = clock_nanoseconds();
  std::erase_if(late_, [this, now](const auto& entry) {
    const auto& [thread, late] = entry;
    const Stopped stopped = look(thread);
    if (stopped.state == Stop::stopped) {
      read(late.process, thread);
      release(thread, stopped.signal);
    }
    return stopped.state != Stop::not_yet || now > late.until;
  });
}

}  // namespace lithe::program
