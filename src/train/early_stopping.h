// Early stopping: which epoch had the lowest validation loss, a copy of its weights, and whether
// the training should end because no later epoch was better.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>

#include "plan/parameters.h"
#include "train/state_figures.h"

namespace lithe::train {

template <typename T>
class EarlyStopping {
 public:
  // `patience`: how many epochs in a row may be no better than the best one. 0: the training never
  // stops early and no weights are copied; the best epoch is noted all the same.
  EarlyStopping(std::size_t patience, const plan::Parameters<T>& values);

  // Notes the validation loss of an epoch, and says whether it is the lowest up to now. `values`
  // are the weights that have this loss.
  bool note(std::size_t epoch, double validation_loss, const plan::Parameters<T>& values);

  bool stops() const { return patience_ > 0 && epochs_without_gain_ >= patience_; }
  // The weights of the best epoch; null without patience, or before an epoch was noted.
  const plan::Parameters<T>* best() const;
  std::size_t best_epoch() const { return best_epoch_; }  // 0: none yet
  double best_loss() const { return best_loss_; }

  // For the state of the training.
  T* best_values() { return best_ ? best_->data() : nullptr; }  // null without patience
  void visit(StateFigures& figures) {
    figures(epochs_without_gain_), figures(best_epoch_), figures(best_loss_);
  }

 private:
  std::size_t patience_, epochs_without_gain_ = 0, best_epoch_ = 0;
  double best_loss_ = std::numeric_limits<double>::infinity();
  std::optional<plan::Parameters<T>> best_;
};

extern template class EarlyStopping<float>;
extern template class EarlyStopping<double>;

}  // namespace lithe::train
