#include "train/averaging.h"

#include "catalogue/catalogue.h"
#include "network/bind.h"

namespace lithe::train {

template <typename T>
Averaging<T>::Averaging(const std::string& sentence, const plan::Parameters<T>& values,
                        std::size_t epochs, plan::OptimizerState<T>& learning) {
  const Component kind =
      network::read_component(sentence, network::Category::averaging, catalogue::catalogue());
  if (kind.name == "none") return;
  average_ = values.clone();
  if (kind.name == "ema") {
    learning.average = &*average_;
    learning.average_decay = kind.number("decay");
  } else {
    by_epochs_ = true;
    begins_ = kind.number("start") * static_cast<double>(epochs);
  }
}

template <typename T>
void Averaging<T>::end_epoch(std::size_t epoch, const plan::Parameters<T>& values) {
  if (!by_epochs_) return;
  // An epoch whose evaluation was cancelled comes again.
  const auto first = static_cast<std::size_t>(begins_) + 1;
  if (epoch > first && averaged_ > epoch - first) return;
  if (static_cast<double>(epoch - 1) <= begins_) averaged_ = 0;
  const T share = static_cast<T>(1 / static_cast<double>(averaged_ + 1));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T& mean = average_->data()[i];
    mean += share * (values.data()[i] - mean);
  }
  ++averaged_;
}

template class Averaging<float>;
template class Averaging<double>;

}  // namespace lithe::train
