// Recovery from a loss that is no longer a number (options.recover): the epoch is begun again from
// the weights that it began with, at half the learning rate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "plan/optimizer_state.h"
#include "plan/parameters.h"
#include "train/averaging.h"
#include "train/state_figures.h"
#include "train/state_file.h"

namespace lithe::train {

template <typename T>
class Recovery {
 public:
  // Memory for a copy of all that training changes, where `enabled`. All must outlive this.
  Recovery(bool enabled, plan::Parameters<T>& values, plan::OptimizerState<T>& learning,
           Averaging<T>& averaging);

  // Copies what training is about to change. Nothing where recovery is not enabled.
  void begin_epoch(std::uint64_t steps);
  // Whether this epoch may be begun again: a bounded number of times.
  bool may_retry() const { return saved_.has_value() && retries_ < kMostRetries; }
  // Puts everything back, halves the learning rate and gives the number of steps that were done.
  std::uint64_t retry();

  std::size_t retries() const { return retries_; }              // of this epoch
  double learning_rate_factor() const { return rate_factor_; }  // halved with each retry

  // For the state of the training: what an epoch is begun again from, and the numbers.
  void add_parts(std::vector<StatePart<T>>& parts);
  void visit(StateFigures& figures);

 private:
  static constexpr std::size_t kMostRetries = 8;
  struct Snapshot {
    plan::Parameters<T> values;
    plan::OptimizerState<T> learning;
    std::optional<plan::Parameters<T>> average;
    std::uint64_t steps = 0;
    std::size_t averaged = 0;
  };
  plan::Parameters<T>& values_;
  plan::OptimizerState<T>& learning_;
  Averaging<T>& averaging_;
  std::optional<Snapshot> saved_;
  std::size_t retries_ = 0;
  double rate_factor_ = 1;
};

extern template class Recovery<float>;
extern template class Recovery<double>;

}  // namespace lithe::train
