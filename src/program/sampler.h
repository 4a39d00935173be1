// Samples the threads of a program and its descendants: where each is while it runs.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <vector>

#include "program/events.h"

namespace lithe::program {

class Sampler {
 public:
  Sampler() = default;
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;
  virtual ~Sampler() = default;

  // The events since the last call, ordered by time. Events later than the last call may be kept
  // for the next one. `end`: returns them all.
  virtual std::vector<Event> take(bool end = false) = 0;

  // Waits until there is a sample that no call has seen, or for this long. Returns whether there
  // may be one.
  virtual bool await_sample(std::chrono::microseconds /*most*/) { return false; }

  // Samples the threads now, where samples do not come by themselves; else sees those that came.
  virtual void sample() {}

  // The last sample of a thread, also among those that take() has not returned; null if none.
  virtual const Event* latest(pid_t thread) const = 0;
  virtual std::uint64_t last_time() const = 0;  // of all samples

  // Whether the kernel is sampled too, with the address that it was entered from.
  virtual bool sees_kernel() const = 0;

  // Whether a thread that runs is sampled in each millisecond of its processor time, so that a
  // recent sample tells that it runs. If not, it may have waited for a processor.
  virtual bool follows_time() const = 0;

  // Whether there are events for mappings and processes. If not, `watch` tells it the processes.
  virtual bool tells_processes() const = 0;
  virtual void watch(pid_t /*process*/) {}
};

}  // namespace lithe::program
