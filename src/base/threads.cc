#include "base/threads.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>

#include <system_error>
#include <thread>

#include "lithe/error.h"

namespace lithe::base {

namespace {

// Waiting goes in three steps. Spinning, for about 20 microseconds: longer than most stages. Then
// giving way: where the system has put two of the team on one processor, or another program runs on
// it, the one that is waited for may need this processor. Then sleep, until woken.
constexpr int kSpins = 700;
constexpr int kYields = 200;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Returns once `value` is no longer `old`.
void wait_for_change(const std::atomic<unsigned>& value, unsigned old) {
  for (int i = 0; i < kSpins + kYields; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    if (i < kSpins) {
      pause();
    } else {
      sched_yield();
    }
  }
  value.wait(old, std::memory_order_acquire);
}

std::vector<int> usable_processor_numbers() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> numbers;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    for (int i = 0; i < CPU_SETSIZE; ++i)
      if (CPU_ISSET(i, &set)) numbers.push_back(i);
  if (numbers.empty()) numbers.push_back(0);
  return numbers;
}

constexpr int kAnywhere = -1;

// While one of these lives the thread that made it stays on a processor. A wish, not a need: what
// the system refuses is left as it was.
class Pinned {
 public:
  explicit Pinned(int processor) {
    if (processor == kAnywhere) return;
    changed_ = pthread_getaffinity_np(pthread_self(), sizeof(before_), &before_) == 0;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    (void)pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
  }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
  ~Pinned() {
    if (changed_) (void)pthread_setaffinity_np(pthread_self(), sizeof(before_), &before_);
  }

 private:
  bool changed_ = false;
  cpu_set_t before_;
};

// Of Team::State::call, the number of threads: enough for more than anybody asks for.
constexpr unsigned kActiveMask = (1u << 12) - 1;

}  // namespace

void Barrier::wait() {
  // Read before arriving: once all have, their number may change.
  const unsigned parties = parties_;
  if (parties == 1) return;
  const unsigned round = round_.load(std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == parties) {
    arrived_.store(0, std::memory_order_relaxed);
    round_.store(round + 1, std::memory_order_release);
    round_.notify_all();
  } else {
    wait_for_change(round_, round);
  }
}

struct Team::State {
  explicit State(std::size_t size) : active(size), barrier(size), finish(size) {}

  std::size_t active;
  Barrier barrier, finish;
  // Counts runs; a change wakes the team. The low bits say how many threads the run has, so that a
  // thread that comes late to a run without it cannot take the next one for it.
  std::atomic<unsigned> call{0};
  TeamWork* work = nullptr;  // null: leave
  int caller = kAnywhere;    // processor of the thread that calls run(), while it runs
  std::vector<std::thread> threads;

  void serve(std::size_t thread) {
    unsigned seen = 0;
    while (true) {
      wait_for_change(call, seen);
      seen = call.load(std::memory_order_acquire);
      if ((seen & kActiveMask) <= thread) continue;
      if (work == nullptr) return;
      work->run(thread);
      finish.wait();
    }
  }

  void start(TeamWork* next) {
    work = next;
    const unsigned count = (call.load(std::memory_order_relaxed) & ~kActiveMask) + kActiveMask + 1;
    call.store(count | static_cast<unsigned>(active), std::memory_order_release);
    call.notify_all();
  }

  void stop() {
    active = kActiveMask;
    start(nullptr);
    for (auto& thread : threads) thread.join();
  }
};

Team::Team(std::size_t size, bool pin) : state_(std::make_unique<State>(size)) {
  const std::vector<int> processors = usable_processor_numbers();
  const auto processor = [&](std::size_t part) {
    return pin ? processors[part % processors.size()] : kAnywhere;
  };
  state_->caller = processor(0);
  try {
    state_->threads.reserve(size - 1);
    for (std::size_t part = 1; part < size; ++part)
      state_->threads.emplace_back([state = state_.get(), here = processor(part), part] {
        const Pinned pinned(here);
        state->serve(part);
      });
  } catch (const std::system_error&) {
    const std::size_t started = state_->threads.size();
    state_->stop();
    throw Error(
        ErrorKind::machine,
        fmt::format("the system started {} of {} threads and refuses more", started + 1, size), {},
        "fewer threads, or higher limits (ulimit -u, ulimit -v)");
  }
}

Team::~Team() {
  if (state_) state_->stop();
}

std::size_t Team::size() const { return state_->threads.size() + 1; }
Barrier& Team::barrier() { return state_->barrier; }

std::size_t Team::active() const { return state_->active; }

void Team::set_active(std::size_t threads) {
  state_->active = threads;
  state_->barrier.set_parties(threads);
  state_->finish.set_parties(threads);
}

void Team::run(TeamWork& work) {
  const Pinned pinned(state_->caller);
  if (active() > 1) state_->start(&work);
  work.run(0);
  state_->finish.wait();
}

std::size_t usable_processors() { return usable_processor_numbers().size(); }

}  // namespace lithe::base
