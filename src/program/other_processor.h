// Keeps this thread off the processor on which the program runs.
#pragma once

#include <sched.h>

namespace lithe::program {

// What looks from the same processor sees a thread run more often than it does: where that waits,
// the processor sleeps and wakes up late for the look, when the wait has ended.
class OtherProcessor {
 public:
  OtherProcessor() : may_look_(::sched_getaffinity(0, sizeof(all_), &all_) == 0) {}
  OtherProcessor(const OtherProcessor&) = delete;
  OtherProcessor& operator=(const OtherProcessor&) = delete;
  ~OtherProcessor() { release(); }

  // Where there is another one.
  void than(int processor) {
    if (!may_look_ || processor == avoided_ || processor < 0 || processor >= CPU_SETSIZE) return;
    cpu_set_t others = all_;
    CPU_CLR(processor, &others);
    if (CPU_COUNT(&others) == 0 || ::sched_setaffinity(0, sizeof(others), &others) != 0) return;
    avoided_ = processor;
  }

  // All are allowed again, also to programs that this thread starts.
  void release() {
    if (avoided_ >= 0) ::sched_setaffinity(0, sizeof(all_), &all_);
    avoided_ = -1;
  }

 private:
  cpu_set_t all_{};
  bool may_look_;
  int avoided_ = -1;
};

}  // namespace lithe::program
