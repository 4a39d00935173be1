// Averages of the weights over a training (options.average): what is evaluated and kept in their
// place.
//
// "ema": an exponential moving average, which the update stages of the plan keep after each step.
// "swa": the mean of the weights at the ends of the last epochs (Izmailov and others, 2018).
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "plan/optimizer_state.h"
#include "plan/parameters.h"
#include "train/state_figures.h"

namespace lithe::train {

template <typename T>
class Averaging {
 public:
  // `sentence`: such as "ema(0.999)"; `epochs`: of the whole training. With "ema" the average is
  // made known to `learning`, so this object must not move.
  Averaging(const std::string& sentence, const plan::Parameters<T>& values, std::size_t epochs,
            plan::OptimizerState<T>& learning);
  Averaging(const Averaging&) = delete;
  Averaging& operator=(const Averaging&) = delete;

  // Takes the weights at the end of epoch `epoch` (from 1) into the mean.
  void end_epoch(std::size_t epoch, const plan::Parameters<T>& values);

  // Null where nothing is averaged.
  plan::Parameters<T>* average() { return average_ ? &*average_ : nullptr; }
  void visit(StateFigures& figures) { figures(averaged_); }
  // Whether no epoch is in the mean yet.
  bool empty() const { return by_epochs_ && averaged_ == 0; }
  // Epochs in the mean, to go back to.
  std::size_t averaged() const { return averaged_; }
  void restart(std::size_t averaged) { averaged_ = averaged; }

 private:
  std::optional<plan::Parameters<T>> average_;
  bool by_epochs_ = false;  // swa
  double begins_ = 0;       // the mean counts epochs after this one
  std::size_t averaged_ = 0;
};

extern template class Averaging<float>;
extern template class Averaging<double>;

}  // namespace lithe::train
