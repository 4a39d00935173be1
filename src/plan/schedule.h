// Where threads that share a plan must wait for each other.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "plan/stage.h"

namespace lithe::plan {

// What a stage does with a buffer. A stage that is divided among threads by cache lines of columns
// and touches only its own lines of the buffer has `own_columns` set to their number; the same
// shares of two such stages never meet.
struct Use {
  std::size_t buffer;
  bool write;
  std::size_t own_columns = 0;  // 0: any part of the buffer
};

// `own_columns` of a stage that is divided by rows and touches only its own.
inline constexpr std::size_t kOwnRows = static_cast<std::size_t>(-1);

struct StageUses {
  Workers workers;
  std::vector<Use> uses;
};

// Two buffers that change roles after every step: what is packed ahead in one is read in the next.
struct Exchange {
  std::size_t a, b;
};

// For each stage, whether all threads must meet before it, when the list is run again and again.
std::vector<bool> barriers(std::span<const StageUses> stages, std::span<const Exchange> exchanges);

}  // namespace lithe::plan
