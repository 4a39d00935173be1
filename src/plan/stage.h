// A stage: one thing that a plan does in every step, on memory that was found when it was made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/layout.h"

namespace lithe::plan {

// What changes from step to step.
template <typename T>
struct Batch {
  const std::uint32_t* order = nullptr;  // rows of the data set
  std::size_t rows = 0;
  const std::uint32_t* next = nullptr;   // the batch after this one
  std::size_t next_rows = 0;             // 0: this is the last
  const std::uint32_t* later = nullptr;  // the batch after that
  std::size_t later_rows = 0;
  T rate = 0;              // learning rate
  std::size_t parity = 0;  // number of the step, modulo 2
};

// A share of a stage: this thread's of how many.
struct Share {
  std::size_t part = 0, parts = 1;
};

enum class Phase { read, forward, backward_and_update, evaluation };
enum class Workers { all, first, last };  // who runs a stage: all share it, or one thread alone

struct Refusal {
  std::string kernel, reason;
};

// What a plan prints of a stage.
struct StageInfo {
  std::string name;    // "1 dense(30, sigmoid): forward"
  std::string kernel;  // "tiles 14x2, nonzero columns"
  std::vector<Refusal> refused;
  Phase phase = Phase::forward;
  bool shared = false;    // among all threads
  bool barrier = false;   // all threads meet before it
  double operations = 0;  // for a full batch, zeros counted as any value
  double bytes = 0;       // read and written for a full batch
};

template <typename T>
class Stage {
 public:
  virtual ~Stage() = default;
  virtual void run(const Batch<T>& batch, Share share) = 0;

  StageInfo info;
  Workers workers = Workers::first;
};

}  // namespace lithe::plan
