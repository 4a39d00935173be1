// softmax: exp(input) / sum over the example's columns of exp(input); at each position by itself.
#include "ops/activation.h"
#include "ops/op.h"

namespace lithe::ops {

namespace {

struct Softmax {
  SlotId input, output;

  std::vector<SlotId> inputs() const { return {input}; }
  std::vector<ParameterId> parameters() const { return {}; }
  Traits traits() const {
    return {.elementwise = false,
            .backward_reads_input = false,
            .backward_reads_output = true,
            .by_image = false,
            .reads_packed = false,
            .identity_at_inference = false,
            .probabilities = "softmax"};
  }
  double operations(const Graph&) const { return 0; }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    lowering.add(
        operation.label + ": softmax", Phase::forward,
        {{lowering.value(input), false}, {lowering.value(output), true}},
        [&lowering, own = *this](const Buffers& buffers) {
          return plan::stage_function<T>(
              [kernel = lowering.kernels().softmax, x = lowering.values(buffers, own.input),
               y = lowering.values(buffers, own.output)](const plan::Batch<T>& batch) {
                kernel(x.of(batch), y.of(batch), x.columns);
              });
        });
  }

  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId gradient = lowering.own_gradient(output);
    lowering.add(
        operation.label + ": derivative of softmax", Phase::backward_and_update,
        {{lowering.value(output), false}, {gradient, true}},
        [&lowering, own = *this, gradient](const Buffers& buffers) {
          return plan::stage_function<T>(
              [kernel = lowering.kernels().softmax_backward,
               y = lowering.values(buffers, own.output),
               dy = lowering.values(buffers, own.output, gradient)](const plan::Batch<T>& batch) {
                kernel(y.of(batch), dy.of(batch), y.columns);
              });
        });
    lowering.pass_gradient(input, gradient);
  }
};

}  // namespace

ActivationKind softmax() {
  return {
      {"softmax",
       "exp(x) / sum of exp(x) over the outputs: shares that add up to 1; of a sequence, at each "
       "position"},
      [](const Component&, GraphBuilder& builder) {
        builder.by_positions();
        const SlotId input = builder.slot;
        builder.add(make_op(Softmax{input, builder.advance("output")}));
      },
      "glorot_uniform"};
}

}  // namespace lithe::ops
