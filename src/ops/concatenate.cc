#include "ops/concatenate.h"

#include <algorithm>

#include "ops/op.h"

namespace lithe::ops {

namespace {

struct Concatenate {
  SlotId a, b, output;

  std::vector<SlotId> inputs() const { return {a, b}; }
  std::vector<ParameterId> parameters() const { return {}; }
  Traits traits() const {
    return {.elementwise = false,
            .backward_reads_input = false,
            .backward_reads_output = false,
            .by_image = false,
            .reads_packed = false,
            .identity_at_inference = false,
            .probabilities = {}};
  }
  double operations(const Graph&) const { return 0; }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId from_a = lowering.value(a), from_b = lowering.value(b),
                   to = lowering.value(output);
    lowering.add({.name = operation.label + ": beside the other direction",
                  .phase = Phase::forward,
                  .columns = lowering.columns(output),
                  .from = from_b,
                  .to = to,
                  .access = {{from_a, false}, {from_b, false}, {to, true}},
                  .split = Split::rows,
                  .values = lowering.graph().slots[output].size()},
                 [&lowering, own = *this](const Buffers& buffers) {
                   return plan::elementwise_function<T>(
                       [x = lowering.values(buffers, own.a), y = lowering.values(buffers, own.b),
                        z = lowering.values(buffers, own.output)](const plan::Batch<T>& batch,
                                                                  kernels::Range) {
                         for (std::size_t i = 0; i < z.rows(batch); ++i) {
                           T* const row = z.of(batch).row(i);
                           std::copy_n(x.of(batch).row(i), x.columns, row);
                           std::copy_n(y.of(batch).row(i), y.columns, row + x.columns);
                           std::fill(row + z.columns, row + z.stride, T{0});
                         }
                       });
                 });
  }

  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId gradient = lowering.gradient(output);
    if (lowering.wanted(a)) part(lowering, operation, gradient, a, 0);
    if (lowering.wanted(b)) part(lowering, operation, gradient, b, lowering.columns(a));
    lowering.release(gradient);
  }

  // The gradient of one side, whose columns begin at `first`.
  template <typename T>
  void part(Lowering<T>& lowering, const Operation& operation, BufferId gradient, SlotId side,
            std::size_t first) const {
    const auto& slot = lowering.graph().slots[side];
    const BufferId to = lowering.book_matrix("gradient of " + slot.name, side);
    lowering.contribute(side, to);
    lowering.add(
        {.name = operation.label + ": gradient of one direction",
         .phase = Phase::backward_and_update,
         .columns = slot.columns,
         .from = gradient,
         .to = to,
         .access = {{gradient, false}, {to, true}},
         .split = Split::rows,
         .values = slot.size()},
        [&lowering, output = output, gradient, side, to, first](const Buffers& buffers) {
          return plan::elementwise_function<T>([dz = lowering.values(buffers, output, gradient),
                                                dx = lowering.values(buffers, side, to), first](
                                                   const plan::Batch<T>& batch, kernels::Range) {
            for (std::size_t i = 0; i < dx.rows(batch); ++i) {
              T* const into = dx.of(batch).row(i);
              std::copy_n(dz.of(batch).row(i) + first, dx.columns, into);
              std::fill(into + dx.columns, into + dx.stride, T{0});
            }
          });
        });
  }
};

}  // namespace

std::shared_ptr<const graph::Op> make_concatenate(SlotId a, SlotId b, SlotId output) {
  return make_op(Concatenate{a, b, output});
}

}  // namespace lithe::ops
