// A team of threads for a training run: started once, parked while there is no work, woken for many
// steps at a time. During the steps they meet at a barrier between stages.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace lithe::base {

// A reusable barrier for `parties` threads. Waiting spins for a few microseconds, which is about
// the duration of a stage, and then sleeps.
class Barrier {
 public:
  explicit Barrier(std::size_t parties) : parties_(static_cast<unsigned>(parties)) {}
  void wait();
  // While nobody waits.
  void set_parties(std::size_t parties) { parties_ = static_cast<unsigned>(parties); }

 private:
  unsigned parties_;
  alignas(64) std::atomic<unsigned> arrived_{0};
  alignas(64) std::atomic<unsigned> round_{0};
};

// Work for a team: run() is called on every active thread with its number; the caller is thread 0.
class TeamWork {
 public:
  virtual void run(std::size_t thread) = 0;

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
  // How many of the threads run what comes next, the first ones; the others stay parked. All of
  // them at first. Between two runs.
  void set_active(std::size_t threads);
  std::size_t active() const;
  // Runs `work` on the active threads and returns when all are done. `work` must not throw.
  void run(TeamWork& work);
  // For use within run().
  Barrier& barrier();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The number of processors that this process may use, which a container or taskset may restrict.
std::size_t usable_processors();

}  // namespace lithe::base
