// A stage: one thing that a plan does in every step, on memory that was found when it was made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/layout.h"
#include "optimizers/coefficients.h"

namespace lithe::plan {

// What changes from step to step.
template <typename T>
struct Batch {
  const std::uint32_t* order = nullptr;  // rows of the data set
  std::size_t rows = 0;
  std::size_t first = 0;  // an op that works by rows sees some examples: `rows` from this one on
  const std::uint32_t* next = nullptr;   // the batch after this one
  std::size_t next_rows = 0;             // 0: this is the last
  const std::uint32_t* later = nullptr;  // the batch after that
  std::size_t later_rows = 0;
  std::size_t parity = 0;                               // number of the step in this run, modulo 2
  std::uint64_t step = 0;                               // number of the step in the whole training
  const optimizers::Coefficients<T>* update = nullptr;  // of this step
};

// A share of a stage: this thread's of how many.
struct Share {
  std::size_t part = 0, parts = 1;
};

enum class Phase { read, forward, backward_and_update, evaluation };
constexpr std::string_view name(Phase phase) {
  constexpr std::string_view kNames[] = {"read", "forward", "backward and update", "evaluation"};
  return kNames[static_cast<std::size_t>(phase)];
}
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
  bool by_blas = false;
  bool bfloat16 = false;  // a product of values rounded to it
  bool shared = false;    // among all threads
  bool barrier = false;   // all threads meet before it
  double operations = 0;  // for a full batch, zeros counted as any value
  double bytes = 0;       // read and written for a full batch
};

// An elementwise op on matrices, which works cache line of columns by cache line: each line's
// result depends on that line alone. It is fused into the stage that has just made the lines, as
// part of its epilogue. Some elementwise ops can work row by row too, an image each: they are fused
// into a stage that makes images, and get all lines of each image.
template <typename T>
class ElementwiseOp {
 public:
  virtual ~ElementwiseOp() = default;
  virtual void run(const Batch<T>& batch, kernels::Range lines, std::size_t part) = 0;
  virtual void prime() {}  // before the first step of a run, by one thread

  std::size_t all_lines = 0;
};

template <typename T>
class Stage {
 public:
  virtual ~Stage() = default;
  virtual void run(const Batch<T>& batch, Share share) = 0;
  virtual void prime(const Batch<T>&) {}  // likewise

  // The epilogue on lines that the stage has just made, or on rows.
  void run_epilogue(const Batch<T>& batch, kernels::Range lines, std::size_t part) {
    for (const auto& op : epilogue) op->run(batch, lines, part);
  }
  void run_epilogue_rows(const Batch<T>& batch, kernels::Range rows, std::size_t part) {
    Batch<T> some = batch;
    some.first = rows.begin;
    some.rows = rows.end - rows.begin;
    for (const auto& op : epilogue) op->run(some, {0, op->all_lines}, part);
  }

  StageInfo info;
  Workers workers = Workers::first;
  std::vector<std::unique_ptr<ElementwiseOp<T>>> epilogue;  // the elementwise ops fused into it
};

}  // namespace lithe::plan
