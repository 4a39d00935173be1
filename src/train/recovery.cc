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
Recovery<T>::Recovery(bool enabled, const plan::Parameters<T>& values,
                      const plan::OptimizerState<T>& learning) {
  if (!enabled) return;
  saved_.emplace(Snapshot{values.clone(), learning.clone(), {}, 0});
  if (learning.average != nullptr) saved_->average = learning.average->clone();
}

template <typename T>
void Recovery<T>::begin_epoch(const plan::Parameters<T>& values,
                              const plan::OptimizerState<T>& learning, std::uint64_t steps) {
  retries_ = 0;
  if (!saved_) return;
  copy(values, saved_->values);
  saved_->learning.take_states(learning);
  if (saved_->average) copy(*learning.average, *saved_->average);
  saved_->steps = steps;
}

template <typename T>
std::uint64_t Recovery<T>::retry(plan::Parameters<T>& values, plan::OptimizerState<T>& learning) {
  copy(saved_->values, values);
  learning.take_states(saved_->learning);
  if (saved_->average) copy(*saved_->average, *learning.average);
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
  std::uint64_t none = 0;
  figures(saved_ ? saved_->steps : none);
}

template class Recovery<float>;
template class Recovery<double>;

}  // namespace lithe::train
