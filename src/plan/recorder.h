// What a plan notes of its time while it runs, for a profile: ticks of a clock, for each thread and
// stage, in memory that is booked beforehand.
//
// A thread that runs a stamped step reads the clock after everything it does in it, so that the
// step's time is given to its stages without a gap: to the work of a stage, or to waiting at the
// barrier before it. The steps that are not stamped are taken to be split alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ticks.h"

namespace lithe::plan {

// Something that a thread did in a stamped step, for a trace.
struct Event {
  std::uint64_t begin, end;  // ticks
  std::uint32_t step;        // counted within the stretch
  std::uint16_t stage;       // as many as there are stages: the loop between two steps
  bool waiting;              // at the barrier before the stage
};

// How the steps of a stretch are stamped: one in `every` (0: none), and whether the first ones are
// stamped all and kept as a trace.
struct Stamping {
  std::size_t every = 0;
  bool trace = false;
};

class Recorder {
 public:
  static constexpr std::size_t kTraceSteps = 32;

  // What one thread notes; only that thread writes it.
  class alignas(64) Thread {
   public:
    Thread(base::TickClock clock, std::size_t stages);

    // A stretch: entered, the first batch made ready, all its steps done.
    void enter(Stamping how);
    void begin_steps() { steps_from = clock_.now(); }
    void end_steps() { steps_until = clock_.now(); }

    // Whether to stamp the next step, which begins now if so.
    bool begin_step(std::size_t step) {
      if (stamping_.every == 0) return false;
      tracing_ = stamping_.trace && step < kTraceSteps;
      if (!tracing_ && step % stamping_.every != 0) return false;
      step_ = static_cast<std::uint32_t>(step);
      last_ = clock_.now();
      ++stamped;
      return true;
    }
    void waited(std::size_t stage) { note(wait, stage, true); }
    void worked(std::size_t stage) { note(work, stage, false); }

    // Of the stretch under way. The last of `work` is the loop between two steps.
    std::vector<std::uint64_t> work, wait;
    std::uint64_t stamped = 0, steps_from = 0, steps_until = 0;
    std::vector<Event> events;  // of the latest stretch that was traced
    std::size_t event_count = 0;

   private:
    void note(std::vector<std::uint64_t>& sums, std::size_t stage, bool waiting) {
      const std::uint64_t now = clock_.now();
      sums[stage] += now - last_;
      if (tracing_ && event_count < events.size())
        events[event_count++] = {last_, now, step_, static_cast<std::uint16_t>(stage), waiting};
      last_ = now;
    }

    base::TickClock clock_;
    Stamping stamping_;
    bool tracing_ = false;
    std::uint32_t step_ = 0;
    std::uint64_t last_ = 0;
  };

  Recorder(base::TickClock clock, std::size_t threads, std::size_t stages);

  // Of the stretch to come.
  Stamping stamping;
  Thread& thread(std::size_t part) { return threads_[part]; }
  const std::vector<Thread>& threads() const { return threads_; }

 private:
  std::vector<Thread> threads_;
};

}  // namespace lithe::plan
