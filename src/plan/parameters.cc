#include "plan/parameters.h"

#include <algorithm>

#include "base/random.h"
#include "initializers/initializers.h"

namespace lithe::plan {

namespace {

template <typename T>
std::size_t padded_size(const graph::ParameterSpec& spec) {
  return kernels::Panels<T>{spec.rows, spec.columns}.size();
}

}  // namespace

template <typename T>
Parameters<T>::Parameters(const std::vector<graph::ParameterSpec>& specs) {
  std::size_t total = 0;
  for (const auto& spec : specs) {
    const std::size_t size = padded_size<T>(spec);
    entries_.push_back({spec, total, size});
    total += size;
  }
  values_ = base::AlignedArray<T>(total);
}

template <typename T>
Parameters<T> Parameters<T>::clone() const {
  Parameters copy({});
  copy.entries_ = entries_;
  copy.values_ = base::AlignedArray<T>(values_.size());
  std::copy(values_.begin(), values_.end(), copy.values_.begin());
  return copy;
}

template <typename T>
std::size_t Parameters<T>::count() const {
  std::size_t sum = 0;
  for (const auto& entry : entries_)
    if (entry.spec.kind != graph::ParameterKind::statistic)
      sum += entry.spec.rows * entry.spec.columns;
  return sum;
}

template <typename T>
template <class Visit>
void Parameters<T>::for_each(graph::ParameterId id, const Visit& visit) const {
  const auto& spec = entries_[id].spec;
  const kernels::Panels<T> panels{spec.rows, spec.columns};
  for (std::size_t row = 0; row < spec.rows; ++row)
    for (std::size_t column = 0; column < spec.columns; ++column)
      visit(entries_[id].offset + panels.at(row, column), row * spec.columns + column);
}

template <typename T>
std::vector<T> Parameters<T>::read(graph::ParameterId id) const {
  std::vector<T> values(entries_[id].spec.rows * entries_[id].spec.columns);
  copy_row_major(id, values_.data(), values.data());
  return values;
}

template <typename T>
void Parameters<T>::copy_row_major(graph::ParameterId id, const T* values, T* row_major) const {
  for_each(id, [&](std::size_t here, std::size_t there) { row_major[there] = values[here]; });
}

template <typename T>
void Parameters<T>::write(graph::ParameterId id, const std::vector<T>& row_major) {
  for_each(id, [&](std::size_t here, std::size_t there) { values_[here] = row_major[there]; });
}

template <typename T>
void Parameters<T>::initialize(std::uint64_t seed) {
  for (graph::ParameterId id = 0; id < entries_.size(); ++id) {
    const auto& spec = entries_[id].spec;
    // Streams of arrays are counted from 1, as those of epochs are.
    base::Rng random(seed, base::make_stream(base::StreamPurpose::initialize,
                                             static_cast<std::uint32_t>(id + 1)));
    const std::vector<double> drawn = initializers::draw(
        spec.initializer, {spec.fan_in, spec.fan_out}, spec.rows, spec.columns, random);
    std::vector<T> values(drawn.size());
    std::transform(drawn.begin(), drawn.end(), values.begin(),
                   [](double value) { return static_cast<T>(value); });
    write(id, values);
  }
}

template class Parameters<float>;
template class Parameters<double>;

}  // namespace lithe::plan
