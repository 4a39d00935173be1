// The backward pass: which operations have one, and how the gradients of a slot come together.
#include <algorithm>

#include "plan/lowering.h"

namespace lithe::plan {

using graph::SlotId;

// Which gradients are of use: those of slots that something trainable stands before. And how often
// each parameter is used by an operation that a gradient will reach.
template <typename T>
void Lowering<T>::plan_gradients() {
  wanted_.assign(graph_.slots.size(), false);
  wanted_[0] = training() && request_.input_gradient;
  for (const auto& operation : graph_.operations) {
    const auto inputs = operation.op->inputs();
    const auto parameters = operation.op->parameters();
    wanted_[operation.op->output()] =
        std::any_of(parameters.begin(), parameters.end(), [&](auto id) { return learns(id); }) ||
        std::any_of(inputs.begin(), inputs.end(), [&](SlotId s) { return wanted_[s]; });
  }
  std::vector<bool> reached(graph_.slots.size(), false);
  for (const auto& output : graph_.outputs) {
    reached[output.slot] = true;
    if (!request_.external_gradient) break;  // a loss looks at the first output alone
  }
  uses_.assign(graph_.parameters.size(), 0);
  for (auto at = graph_.operations.rbegin(); at != graph_.operations.rend(); ++at) {
    if (!reached[at->op->output()]) continue;
    for (const SlotId slot : at->op->inputs()) reached[slot] = true;
    for (const graph::ParameterId id : at->op->parameters()) ++uses_[id];
  }
  uses_done_.assign(graph_.parameters.size(), 0);
  sum_place_.assign(graph_.parameters.size(), {kNoBuffer, 0});
}

// An operation whose output no trainable parameter stands before, or whose output no loss looks at,
// has no backward pass.
template <typename T>
void Lowering<T>::backward() {
  for (auto at = graph_.operations.rbegin(); at != graph_.operations.rend(); ++at) {
    const SlotId output = at->op->output();
    if (wanted(output) && !contributions_[output].empty()) lower_operation(*at, /*backward=*/true);
  }
  if (request_.input_gradient) persist(gradient(0));
}

template <typename T>
void Lowering<T>::contribute(SlotId slot, BufferId buffer, double nonzero) {
  contributions_[slot].push_back(buffer);
  nonzero_[slot] += nonzero;
  ++owners_[buffer];
}

template <typename T>
void Lowering<T>::add_gradients(SlotId slot, BufferId a, BufferId b, BufferId sum) {
  add({.name = "add the gradients of " + graph_.slots[slot].name,
       .phase = Phase::backward_and_update,
       .columns = columns(slot),
       .from = b,
       .to = sum,
       .access = {{a, false}, {b, false}, {sum, true}}},
      [this, slot, a, b, sum](const Buffers& buffers) {
        return elementwise_function<T>(
            [kernel = kernels_.add, x = values(buffers, slot, a), y = values(buffers, slot, b),
             z = values(buffers, slot, sum)](const Batch<T>& batch, kernels::Range lines) {
              kernel(x.of(batch), y.of(batch), z.of(batch), lines);
            });
      });
}

// The gradient of a slot that all its readers have contributed to: their sum, in the order in which
// they came.
template <typename T>
BufferId Lowering<T>::gradient(SlotId slot) {
  std::vector<BufferId>& parts = contributions_[slot];
  while (parts.size() > 1) {
    const BufferId a = parts[0], b = parts[1];
    const BufferId sum =
        owners_[a] == 1 ? a : book_matrix("sum of gradients of " + graph_.slots[slot].name, slot);
    add_gradients(slot, a, b, sum);
    release(a), release(b), ++owners_[sum];
    parts.erase(parts.begin());
    parts[0] = sum;
  }
  gradient_buffer[slot] = parts[0];
  return parts[0];
}

template <typename T>
BufferId Lowering<T>::own_gradient(SlotId slot) {
  const BufferId shared = gradient(slot);
  if (owners_[shared] == 1) return shared;
  const BufferId own = book_matrix("own gradient of " + graph_.slots[slot].name, slot);
  copy("copy the gradient of " + graph_.slots[slot].name, Phase::backward_and_update, slot, shared,
       slot, own);
  release(shared), ++owners_[own];
  contributions_[slot] = {own};
  gradient_buffer[slot] = own;
  return own;
}

#define LITHE_INSTANTIATE(T)                                                      \
  template void Lowering<T>::plan_gradients();                                    \
  template void Lowering<T>::backward();                                          \
  template void Lowering<T>::contribute(SlotId, BufferId, double);                \
  template void Lowering<T>::add_gradients(SlotId, BufferId, BufferId, BufferId); \
  template BufferId Lowering<T>::gradient(SlotId);                                \
  template BufferId Lowering<T>::own_gradient(SlotId);
LITHE_INSTANTIATE(float)
LITHE_INSTANTIATE(double)
#undef LITHE_INSTANTIATE

}  // namespace lithe::plan
