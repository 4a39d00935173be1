// Samples of a program and all that it starts, by the system's performance events.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "program/events.h"

namespace lithe::program {

class EventSampler {
 public:
  // From the next exec of `process` on. Null, and why in a few words, where the system refuses.
  static std::unique_ptr<EventSampler> open(pid_t process, std::string& why);
  EventSampler(const EventSampler&) = delete;
  EventSampler& operator=(const EventSampler&) = delete;
  ~EventSampler();

  // What happened since the last call, in the order of time. `end`: nothing more is to come. What
  // is younger than the last call waits for the next, for the buffers of other processors may hold
  // something older.
  std::vector<Event> take(bool end = false);

  // Whether what happens in the system is sampled too, and where it was entered from.
  bool sees_kernel() const { return sees_kernel_; }
  std::uint64_t lost() const { return lost_; }

 private:
  EventSampler() = default;
  struct Ring {
    int descriptor = -1;
    std::uint8_t* memory = nullptr;
  };
  bool open_ring(pid_t process, int processor);
  void read(Ring& ring);

  std::vector<Ring> rings_;  // one a processor
  std::vector<Event> waiting_;
  std::uint64_t last_seen_ = 0, lost_ = 0;
  bool sees_kernel_ = true, registers_ = true;
};

}  // namespace lithe::program
