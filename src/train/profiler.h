// Collects the data of a profile while a trainer runs: which stretches are stamped, what else an
// epoch spends its time on, and all sums. Nothing is allocated after construction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ticks.h"
#include "lithe/profile.h"
#include "plan/plan.h"
#include "plan/recorder.h"

namespace lithe::train {

class Profiler {
 public:
  enum class Part { shuffle, learning_rates, between, averaging, evaluation, watching };

  Profiler(base::TickClock clock, const plan::Description& plan);
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  plan::Recorder& recorder() { return recorder_; }

  void begin_epoch();
  void end_epoch();
  // Adds the time since the last call of any of these functions to a part.
  void end(Part part);
  // Around a run of `steps` steps of the plan.
  void begin_stretch();
  void end_stretch(std::size_t steps);

  ProfileRecords records(PlanReport plan) const;

 private:
  struct Stretch {
    std::uint64_t steps = 0, stamped = 0, ticks = 0;
    bool traced = false;
  };

  std::uint64_t since_last();
  plan::Stamping next_stamping() const;
  void keep(const Stretch& stretch);
  std::vector<ProfileStretch> stretches(double tick) const;
  std::vector<ProfileEvent> events(double tick) const;

  base::TickClock clock_;
  base::TickLength length_;
  double tick_at_first_, stamp_seconds_, stamps_of_a_step_;
  std::size_t items_;  // stages, and the loop
  plan::Recorder recorder_;
  std::uint64_t last_ = 0, epoch_from_ = 0;
  std::uint64_t wall_ = 0, starts_ = 0, loop_ = 0, recording_ = 0;
  std::array<std::uint64_t, 6> parts_{};
  std::size_t epochs_ = 0, in_epoch_ = 0, stamped_stretches_ = 0, steps_ = 0, stamped_ = 0;
  double least_step_ = 0;  // seconds, of a step that is not stamped
  // Sums over all stretches, [threads][items].
  std::vector<std::uint64_t> work_, wait_, thread_steps_;
  // The latest stretches: a ring, with [items] of the slowest thread's work and of all waiting.
  std::vector<Stretch> ring_;
  std::vector<std::uint64_t> ring_work_, ring_wait_;
  std::size_t kept_ = 0;
};

}  // namespace lithe::train
