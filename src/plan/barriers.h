// Where threads that share a plan must wait for each other.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "plan/stage.h"

namespace lithe::plan {

// What a stage does with a buffer. Where the threads that share the stage touch disjoint slices of
// the buffer, `slices` says how it is divided: the number of cache lines of columns, or kByRows.
// Two stages that divide a buffer alike give each thread the same slice, so they never conflict
// over it.
struct Access {
  std::size_t buffer;
  bool write;
  std::size_t slices = 0;  // 0: any thread may touch any part
};
inline constexpr std::size_t kByRows = static_cast<std::size_t>(-1);

struct StageAccess {
  Workers workers;
  std::vector<Access> buffers;
};

// Two buffers that change roles after every step: what is packed into one is read from it in the
// next step, while the other one is filled.
struct DoubleBuffer {
  std::size_t a, b;
};

// For each stage, whether all threads must meet before it, when the list is run again and again.
std::vector<bool> barriers(std::span<const StageAccess> stages,
                           std::span<const DoubleBuffer> double_buffers);

}  // namespace lithe::plan
