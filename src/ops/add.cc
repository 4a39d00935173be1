#include "ops/add.h"

#include "ops/op.h"

namespace lithe::ops {

namespace {

struct Add {
  SlotId a, b, output;

  std::vector<SlotId> inputs() const { return {a, b}; }
  std::vector<ParameterId> parameters() const { return {}; }
  Traits traits() const {
    return {.elementwise = false,  // the skip connection's input has other readers
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
    lowering.add(
        {.name = operation.label + ": add",
         .phase = Phase::forward,
         .columns = lowering.columns(output),
         .from = from_b,
         .to = to,
         .access = {{from_a, false}, {from_b, false}, {to, true}}},
        [&lowering, own = *this](const Buffers& buffers) {
          return plan::elementwise_function<T>(
              [kernel = lowering.kernels().add, x = lowering.values(buffers, own.a),
               y = lowering.values(buffers, own.b), z = lowering.values(buffers, own.output)](
                  const plan::Batch<T>& batch, kernels::Range lines) {
                kernel(x.of(batch), y.of(batch), z.of(batch), lines);
              });
        });
  }

  // Both sides have the gradient of the sum: the buffer has two owners.
  template <typename T>
  void backward(Lowering<T>& lowering, const Operation&) const {
    const BufferId gradient = lowering.gradient(output);
    for (const SlotId slot : {a, b})
      if (lowering.wanted(slot)) lowering.contribute(slot, gradient);
    lowering.release(gradient);
  }
};

}  // namespace

std::shared_ptr<const graph::Op> make_add(SlotId a, SlotId b, SlotId output) {
  return make_op(Add{a, b, output});
}

}  // namespace lithe::ops
