// Where and when this thread runs while it looks at a program.
#pragma once

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace lithe::program {

// Lets this thread begin when it wants to, and on another processor than the program: what it sees
// must not depend on what the program does. On the same processor, a thread that waits is seen too
// seldom: the processor sleeps meanwhile and wakes up late for the look, when the wait has ended.
class LookPlace {
 public:
  LookPlace() : knows_processors_(::sched_getaffinity(0, sizeof(all_), &all_) == 0) {}
  LookPlace(const LookPlace&) = delete;
  LookPlace& operator=(const LookPlace&) = delete;
  ~LookPlace() { release(); }

  // Leaves `processor` to the program, where there is another one.
  void avoid(int processor) {
    if (!hurries_) hurry();
    if (!knows_processors_ || processor == avoided_ || processor < 0 || processor >= CPU_SETSIZE)
      return;
    cpu_set_t others = all_;
    CPU_CLR(processor, &others);
    if (CPU_COUNT(&others) == 0 || ::sched_setaffinity(0, sizeof(others), &others) != 0) return;
    avoided_ = processor;
  }

  // As it was before, also for programs that this thread starts.
  void release() {
    if (avoided_ >= 0) ::sched_setaffinity(0, sizeof(all_), &all_);
    avoided_ = -1;
    const sched_param usual{};
    if (hurries_) ::sched_setscheduler(0, SCHED_OTHER, &usual);
    hurries_ = false;
  }

 private:
  // Before all others, where the system allows that; else with a slice that is as short as a look,
  // which newer systems serve first.
  void hurry() {
    hurries_ = true;
    const sched_param first{1};
    if (::sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first) == 0) return;
    // sched_attr, whose header does not go together with the C library's.
    struct {
      std::uint32_t size = sizeof(*this), policy = SCHED_OTHER;
      std::uint64_t flags = 0;
      std::int32_t nice = 0;
      std::uint32_t priority = 0;
      std::uint64_t runtime = 100'000, deadline = 0, period = 0;  // nanoseconds
    } slice;
    ::syscall(SYS_sched_setattr, 0, &slice, 0);
  }

  cpu_set_t all_{};
  bool knows_processors_;
  bool hurries_ = false;
  int avoided_ = -1;
};

}  // namespace lithe::program
