#include "preload/timer.h"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <cerrno>

#include "preload/counts.h"
#include "program/shared_counters.h"

namespace lithe::preload {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

struct Timer {
  int id;
  bool running;
};
__thread Timer timer __attribute__((tls_model("initial-exec")));

enum class Answer { unknown, yes, no };
std::atomic<Answer> answer{Answer::unknown};

int timer_signal() { return SIGRTMAX - 5; }

std::uint64_t address_of(const void* context) {
#if defined(__x86_64__)
  return static_cast<std::uint64_t>(
      static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return static_cast<const ucontext_t*>(context)->uc_mcontext.pc;
#else
  static_cast<void>(context);
  return 0;
#endif
}

// Only reads and writes memory. A reader that is too late loses the oldest samples.
void on_timer(int /*signal*/, siginfo_t* /*info*/, void* context) {
  const int before = errno;
  program::SharedCounters* shared = counters();
  if (shared != nullptr) {
    const std::uint64_t place = shared->samples.fetch_add(1, kRelaxed);
    program::TimerSample& sample = shared->sample[place % program::kSamples];
    sample.process = static_cast<std::int32_t>(::getpid());
    sample.thread = thread_number();
    sample.address = address_of(context);
    sample.turn.store(static_cast<std::uint32_t>(place / program::kSamples) + 1,
                      std::memory_order_release);
  }
  errno = before;
}

bool take_signal() {
  struct sigaction now {};
  if (::sigaction(timer_signal(), nullptr, &now) != 0) return false;
  if ((now.sa_flags & SA_SIGINFO) != 0 || now.sa_handler != SIG_DFL)
    return now.sa_sigaction == on_timer;
  struct sigaction ours {};
  ours.sa_sigaction = on_timer;
  ours.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  ::sigfillset(&ours.sa_mask);
  return ::sigaction(timer_signal(), &ours, nullptr) == 0;
}

}  // namespace

bool sampling() {
  if (answer.load(kRelaxed) == Answer::unknown) {
    program::SharedCounters* shared = counters();
    const bool yes = shared != nullptr && shared->timer_microseconds > 0 && take_signal();
    answer.store(yes ? Answer::yes : Answer::no, kRelaxed);
  }
  return answer.load(kRelaxed) == Answer::yes;
}

void start_timer() {
  if (!sampling()) return;
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = timer_signal();
  event._sigev_un._tid = thread_number();
  // A direct system call, because the C library's function allocates.
  if (::syscall(SYS_timer_create, CLOCK_THREAD_CPUTIME_ID, &event, &timer.id) != 0) return;
  const long every = static_cast<long>(counters()->timer_microseconds) * 1000;
  const itimerspec period{{every / 1'000'000'000, every % 1'000'000'000},
                          {every / 1'000'000'000, every % 1'000'000'000}};
  timer.running = ::syscall(SYS_timer_settime, timer.id, 0, &period, nullptr) == 0;
}

void stop_timer() {
  if (!timer.running) return;
  timer.running = false;
  ::syscall(SYS_timer_delete, timer.id);
}

}  // namespace lithe::preload
