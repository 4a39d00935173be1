// residual: adds what comes in to what the layers inside make of it (He and others, 2016).
#include <fmt/format.h>

#include "ops/op.h"

namespace lithe::ops {

namespace {

// output = a + b
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
            .identity_at_inference = false};
  }
  double operations(const Graph&) const { return 0; }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId from_a = lowering.value(a), from_b = lowering.value(b),
                   to = lowering.value(output);
    lowering.add(
        {.name = operation.label + ": add the skip connection",
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

void build(const Component& layer, GraphBuilder& builder) {
  const SlotId before = builder.slot;
  const Shape shape = builder.shape;
  builder.append(layer.network("layers"));
  if (builder.shape != shape)
    builder.fail(fmt::format("{} goes into the residual and {} comes out; the two are added",
                             shape.to_string(), builder.shape.to_string()),
                 fmt::format("end the layers inside with {} units", shape.size()));
  if (builder.slot == before) return;  // nothing inside does anything
  const SlotId after = builder.slot;
  builder.add(make_op(Add{before, after, builder.advance("sum with the skip connection")}));
}

}  // namespace

std::vector<Layer> residual_layers() {
  return {
      {{"residual",
        "adds what comes in to what the layers inside make of it (He and others, 2016)",
        {{"layers", "a network whose output has the shape of its input", network::Type::network}}},
       build,
       InputForm::any,
       /*holds_layers=*/true}};
}

}  // namespace lithe::ops
