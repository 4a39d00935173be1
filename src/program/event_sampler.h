// Samples a program and its descendants by performance events of the kernel.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "program/events.h"

namespace lithe::program {

class EventSampler {
 public:
  // Samples from the next exec of `process` on. Returns null and sets `why` where the system
  // refuses. `stacks`: samples contain the top of the user's stack, where the system allows that.
  static std::unique_ptr<EventSampler> open(pid_t process, bool stacks, std::string& why);
  // Samples a process that runs already, from now on, and what it starts.
  static std::unique_ptr<EventSampler> attach(pid_t process, bool stacks, std::string& why);
  EventSampler(const EventSampler&) = delete;
  EventSampler& operator=(const EventSampler&) = delete;
  ~EventSampler();

  // The events since the last call, ordered by time. Events later than the last call are kept for
  // the next one, because the buffers of other processors may hold earlier ones. `end`: returns
  // them all.
  std::vector<Event> take(bool end = false);

  std::uint64_t last_time() const { return last_time_; }  // of all samples

  // Waits for the next sample of any thread, at most that long.
  void wait_for_sample(std::chrono::milliseconds most) const;

  // The last sample of a thread, also among those that take() has not returned; null if none.
  const Event* latest(pid_t thread) const;

  // Whether the kernel is sampled too, with the address that it was entered from.
  bool sees_kernel() const { return sees_kernel_; }
  std::uint64_t lost() const { return lost_; }

 private:
  EventSampler() = default;
  struct Ring {
    int descriptor = -1, processor = 0;
    std::uint8_t* memory = nullptr;
  };
  static std::unique_ptr<EventSampler> open_first(const std::vector<pid_t>& threads, bool running,
                                                  bool stacks, std::string& why);
  bool open_rings(pid_t process);
  bool add_thread(pid_t thread);
  bool open_ring(pid_t process, int processor);
  std::size_t ring_bytes() const;
  void read(Ring& ring);

  std::vector<Ring> rings_;  // one for each processor
  std::vector<int> more_;    // descriptors of events that go into these rings
  bool running_ = false;     // the process runs already
  std::vector<Event> waiting_;
  std::unordered_map<pid_t, Event> latest_;  // samples
  std::uint64_t last_seen_ = 0, last_time_ = 0, lost_ = 0;
  bool sees_kernel_ = true;
  SampledState state_ = SampledState::nothing;
};

}  // namespace lithe::program
