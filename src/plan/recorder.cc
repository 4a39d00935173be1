#include "plan/recorder.h"

#include <algorithm>

namespace lithe::plan {

Recorder::Thread::Thread(base::TickClock clock, std::size_t stages)
    : work(stages + 1), wait(stages + 1), clock_(clock) {
  // Of each stage its work and the waiting before it, and the loop.
  events.resize(kTraceSteps * (2 * stages + 1));
}

void Recorder::Thread::enter(Stamping how) {
  stamping_ = how;
  std::fill(work.begin(), work.end(), 0);
  std::fill(wait.begin(), wait.end(), 0);
  stamped = 0;
  if (how.trace) event_count = 0;
}

Recorder::Recorder(base::TickClock clock, std::size_t threads, std::size_t stages)
    : threads_(threads, Thread(clock, stages)) {}

}  // namespace lithe::plan
