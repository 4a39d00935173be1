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

#include "program/sampler.h"

namespace lithe::program {

class EventSampler : public Sampler {
 public:
  // Samples from the next exec of `process` on. Returns null and sets `why` where the system
  // refuses. `stacks`: samples contain the top of the user's stack, where the system allows that.
  static std::unique_ptr<EventSampler> open(pid_t process, bool stacks, std::string& why);
  // Samples a process that runs already, from now on, and what it starts.
  static std::unique_ptr<EventSampler> attach(pid_t process, bool stacks, std::string& why);
  ~EventSampler() override;

  // Events later than the last call are kept for the next one, because the buffers of other
  // processors may hold earlier ones.
  std::vector<Event> take(bool end = false) override;
  void sample() override;
  bool await_sample(std::chrono::microseconds most) override;
  const Event* latest(pid_t thread) const override;
  std::uint64_t last_time() const override { return last_time_; }
  bool sees_kernel() const override { return sees_kernel_; }
  bool follows_time() const override { return true; }
  bool tells_processes() const override { return true; }
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
