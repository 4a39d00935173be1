// Two pieces of work that have nothing in common but what they read, such as what a policy and what
// values learn: done at the same time where there are two threads, one after the other where there
// is one. The bits are the same.
#pragma once

#include <cstddef>

#include "base/threads.h"

namespace lithe::agents {

class PairOfHands {
 public:
  // `threads` as in AgentOptions.
  explicit PairOfHands(std::size_t threads)
      : threads_(threads == 0 ? base::usable_processors() : threads), team_(threads_ > 1 ? 2 : 1) {}

  // What each piece of work may use by itself.
  std::size_t threads_each() const { return threads_ > 1 ? threads_ / 2 : 1; }

  // Neither may throw where there are two threads.
  template <class Left, class Right>
  void run(const Left& left, const Right& right) {
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
    void run(std::size_t part) override { part == 0 ? left() : right(); }
    const Left& left;
    const Right& right;
  };

  std::size_t threads_;
  base::Team team_;
};

}  // namespace lithe::agents
