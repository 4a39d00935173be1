// Runs two independent pieces of work, such as the updates of a policy and of a value network: in
// parallel with two threads or more, one after the other with one. The results have the same bits.
#pragma once

#include <cstddef>

#include "base/threads.h"
#include "lithe/cancel.h"

namespace lithe::agents {

class ParallelPair {
 public:
  // `threads` as in AgentOptions.
  explicit ParallelPair(std::size_t threads)
      : threads_(threads == 0 ? base::usable_processors() : threads), team_(threads_ > 1 ? 2 : 1) {}

  // The threads that each piece of work may use itself.
  std::size_t threads_each() const { return threads_ > 1 ? threads_ / 2 : 1; }

  // Neither may throw if there are two threads. The caller, who alone asks whether it is cancelled,
  // takes the right one: let that be the longer one.
  template <class Left, class Right>
  void run_in_parallel(const Left& left, const Right& right) {
    if (team_.size() == 1) {
      left();
      right();
      return;
    }
    Both<Left, Right> both(left, right);
    team_.run(both);
  }

 private:
  template <class Left, class Right>
  struct Both final : base::TeamWork {
    Both(const Left& l, const Right& r) : left(l), right(r) {}
    void run(std::size_t part) override {
      if (part == 0) return right();
      const CancelShare share(scope);
      left();
    }
    const Left& left;
    const Right& right;
    CancelScope* scope = CancelShare::current();
  };

  std::size_t threads_;
  base::Team team_;
};

}  // namespace lithe::agents
