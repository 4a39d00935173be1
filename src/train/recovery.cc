#include "train/recovery.h"

#include <fmt/format.h>

#include <algorithm>

namespace lithe::train {

namespace {

template <typename T>
void copy(const plan::Parameters<T>& from, plan::Parameters<T>& to) {
  std::copy(from.data(), from.data() + from.size(), to.data());
}

}  // namespace

template <typename T>
Recovery<T>::Recovery(bool enabled, plan::Parameters<T>& values, plan::OptimizerState<T>& learning,
                      Averaging<T>& averaging)
    : values_(values), learning_(learning), averaging_(averaging) {
  if (!enabled) return;
  saved_.emplace(Snapshot{values.clone(), learning.clone(), {}, 0, 0});
  if (averaging.average() != nullptr) saved_->average = averaging.average()->clone();
}

template <typename T>
void Recovery<T>::begin_epoch(std::uint64_t steps) {
  retries_ = 0;
  if (!saved_) return;
  copy(values_, saved_->values);
  saved_->learning.take_states(learning_);
  if (saved_->average) copy(*averaging_.average(), *saved_->average);
  saved_->steps = steps;
  saved_->averaged = averaging_.averaged();
}

template <typename T>
std::uint64_t Recovery<T>::retry() {
  copy(saved_->values, values_);
  learning_.take_states(saved_->learning);
  if (saved_->average) copy(*saved_->average, *averaging_.average());
  averaging_.restart(saved_->averaged);
  ++retries_;
  rate_factor_ /= 2;
  return saved_->steps;
}

template <typename T>
void Recovery<T>::add_parts(std::vector<StatePart<T>>& parts) {
  if (!saved_) return;
  parts.push_back({"begin.", saved_->values.data()});
  for (std::size_t i = 0; i < saved_->learning.states.size(); ++i)
    parts.push_back({fmt::format("begin.optimizer.{}.", i), saved_->learning.states[i].data()});
  if (saved_->average) parts.push_back({"begin.average.", saved_->average->data()});
}

template <typename T>
void Recovery<T>::visit(StateFigures& figures) {
  figures(retries_), figures(rate_factor_);
  if (saved_) figures(saved_->steps), figures(saved_->averaged);
}

template class Recovery<float>;
template class Recovery<double>;

}  // namespace lithe::train
