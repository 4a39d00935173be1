// A team of threads that a training run works with: started once, parked while there is nothing to
// do, woken for a stretch of many steps. Within a stretch they meet at a barrier between stages.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace lithe::base {

// Where `parties` threads wait for each other, again and again. Waiting spins for a few
// microseconds, for that is how long stages last, and then sleeps.
class Barrier {
 public:
  explicit Barrier(std::size_t parties) : parties_(static_cast<unsigned>(parties)) {}
  void wait();

 private:
  const unsigned parties_;
  alignas(64) std::atomic<unsigned> arrived_{0};
  alignas(64) std::atomic<unsigned> round_{0};
};

// Work for a team: called on every thread with its number, 0 being the caller.
class TeamWork {
 public:
  virtual void run(std::size_t part) = 0;

 protected:
  ~TeamWork() = default;
};

class Team {
 public:
  // `size` threads including the caller. With `pin`, thread i is bound to the i-th processor that
  // the program may use, the caller for as long as a run takes. Throws Error(machine) if the system
  // refuses to start a thread.
  explicit Team(std::size_t size, bool pin = false);
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team();

  std::size_t size() const;
  // Runs `work` on all threads and returns when all are done. `work` must not throw.
  void run(TeamWork& work);
  // For use within run().
  Barrier& barrier();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Processors that this process may use, which a container or taskset may have made fewer than
// exist.
std::size_t usable_processors();

}  // namespace lithe::base
