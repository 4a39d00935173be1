#include "train/early_stopping.h"

#include <algorithm>

namespace lithe::train {

template <typename T>
EarlyStopping<T>::EarlyStopping(std::size_t patience, const plan::Parameters<T>& values)
    : patience_(patience) {
  if (patience > 0) best_ = values.clone();
}

template <typename T>
bool EarlyStopping<T>::note(std::size_t epoch, double validation_loss,
                            const plan::Parameters<T>& values) {
  const bool better = validation_loss < best_loss_;
  epochs_without_gain_ = better ? 0 : epochs_without_gain_ + 1;
  if (!better) return false;
  best_epoch_ = epoch;
  best_loss_ = validation_loss;
  if (best_) std::copy(values.data(), values.data() + values.size(), best_->data());
  return true;
}

template <typename T>
const plan::Parameters<T>* EarlyStopping<T>::best() const {
  return best_ && best_epoch_ > 0 ? &*best_ : nullptr;
}

template class EarlyStopping<float>;
template class EarlyStopping<double>;

}  // namespace lithe::train
