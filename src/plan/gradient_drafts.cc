// The way back: which operations take it, and how the gradients of a slot come together.
#include "plan/builder.h"

namespace lithe::plan {

using graph::SlotId;

// An operation whose output nobody's learning depends on has no way back.
template <typename T>
void Builder<T>::backward() {
  for (auto at = graph_.operations.rbegin(); at != graph_.operations.rend(); ++at) {
    const graph::Operation& operation = *at;
    if (wanted(graph::output_of(operation.work)))
      std::visit([&](const auto& work) { backward(operation, work); }, operation.work);
  }
  if (request_.input_gradient) lasting.push_back(finished_gradient(0));
}

template <typename T>
void Builder<T>::contribute(SlotId slot, std::size_t buffer) {
  contributions_[slot].push_back(buffer);
  ++owners_[buffer];
}

// The gradient of a slot that all its readers have contributed to: their sum, in the order in which
// they came.
template <typename T>
std::size_t Builder<T>::finished_gradient(SlotId slot) {
  std::vector<std::size_t>& parts = contributions_[slot];
  while (parts.size() > 1) {
    const std::size_t a = parts[0], b = parts[1];
    const bool in_place = owners_[a] == 1;
    const std::size_t sum =
        in_place ? a
                 : book_matrix("sum of gradients of " + graph_.slots[slot].name, columns_of(slot));
    add_lines(
        "add the gradients of " + graph_.slots[slot].name, Phase::backward_and_update,
        columns_of(slot), b, sum, {{a, false}, {b, false}, {sum, true}},
        [this, slot, a, b, sum](const Buffers& buffers) {
          return line_function<T>(
              [kernel = kernels_.add, x = values(buffers, slot, a), y = values(buffers, slot, b),
               z = values(buffers, slot, sum)](const Batch<T>& batch, kernels::Range lines) {
                kernel(x.of(batch), y.of(batch), z.of(batch), lines);
              });
        });
    --owners_[a], --owners_[b], ++owners_[sum];
    parts.erase(parts.begin());
    parts[0] = sum;
  }
  gradient_buffer[slot] = parts[0];
  return parts[0];
}

template <typename T>
std::size_t Builder<T>::own_gradient(SlotId slot) {
  const std::size_t shared = finished_gradient(slot);
  if (owners_[shared] == 1) return shared;
  const std::size_t own =
      book_matrix("own gradient of " + graph_.slots[slot].name, columns_of(slot));
  copy("copy the gradient of " + graph_.slots[slot].name, Phase::backward_and_update, slot, shared,
       slot, own);
  --owners_[shared], ++owners_[own];
  contributions_[slot] = {own};
  gradient_buffer[slot] = own;
  return own;
}

template class Builder<float>;
template class Builder<double>;

}  // namespace lithe::plan
