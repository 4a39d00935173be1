// The parameters of a network: one contiguous buffer, and the map of what stands where in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/aligned.h"
#include "graph/graph.h"
#include "kernels/layout.h"

namespace lithe::plan {

// Where one array stands. A weight is kept as kernels::Panels, a bias padded to a cache line.
struct ParameterEntry {
  graph::ParameterSpec spec;
  std::size_t offset;  // values from the start of the buffer
  std::size_t size;    // values with padding
};

template <typename T>
class Parameters {
 public:
  // Laid out for `specs`, all zero.
  explicit Parameters(const std::vector<graph::ParameterSpec>& specs);
  // A copy with memory of its own.
  Parameters clone() const;

  const std::vector<ParameterEntry>& entries() const { return entries_; }
  T* at(graph::ParameterId id) { return values_.data() + entries_[id].offset; }
  const T* at(graph::ParameterId id) const { return values_.data() + entries_[id].offset; }
  std::size_t count() const;  // trainable values, without padding
  std::size_t bytes() const { return values_.size() * sizeof(T); }
  // All of them as they lie, padding and all.
  T* data() { return values_.data(); }
  const T* data() const { return values_.data(); }
  std::size_t size() const { return values_.size(); }

  // The values of one array in row-major order without padding, as files and people have them.
  std::vector<T> read(graph::ParameterId id) const;
  void write(graph::ParameterId id, const std::vector<T>& row_major);
  // The same as read(), from other values that are laid out as these are; allocates nothing.
  void copy_row_major(graph::ParameterId id, const T* values, T* row_major) const;

  // Fills every array as its initializer says, with the numbers of `seed`.
  void initialize(std::uint64_t seed);

 private:
  // Calls visit(place in the buffer, place in row-major order) for every value.
  template <class Visit>
  void for_each(graph::ParameterId id, const Visit& visit) const;

  std::vector<ParameterEntry> entries_;
  base::AlignedArray<T> values_;
};

extern template class Parameters<float>;
extern template class Parameters<double>;

}  // namespace lithe::plan
