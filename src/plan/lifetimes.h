// From which stage to which each buffer of a lowered graph is in use.
#pragma once

#include <cstddef>
#include <vector>

#include "plan/arena.h"
#include "plan/lowering.h"

namespace lithe::plan {

struct Lifetimes {
  std::vector<Booking> bookings;  // of the buffers in the arena
  std::vector<std::size_t> buffer;
};

// Between two barriers threads run the stages of their own at their own pace: what one stage uses
// is then in use from the barrier before it to the one behind. `outputs` are read after the last
// stage.
template <typename T>
Lifetimes lifetimes(const Lowering<T>& lowering, const std::vector<bool>& barrier_before,
                    bool one_thread, const std::vector<std::size_t>& outputs, bool keeps_all);

}  // namespace lithe::plan
