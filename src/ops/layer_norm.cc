// layer_norm: (input - mean) / sqrt(variance + epsilon) * scale + shift, with mean and variance of
// each example, at each position, over its columns (Ba, Kiros, Hinton, 2016).
#include "ops/norm.h"
#include "ops/op.h"

namespace lithe::ops {

namespace {

struct LayerNorm {
  SlotId input, output;
  ParameterId scale, shift;
  double epsilon;

  std::vector<SlotId> inputs() const { return {input}; }
  std::vector<ParameterId> parameters() const { return {scale, shift}; }
  Traits traits() const {
    return {.elementwise = false,
            .backward_reads_input = true,
            .backward_reads_output = false,
            .by_image = false,
            .reads_packed = false,
            .identity_at_inference = false,
            .probabilities = {}};
  }
  double operations(const Graph& graph) const {
    return 2 * static_cast<double>(graph.slots[output].size());
  }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    const std::size_t bytes = lowering.rows(output) * sizeof(T);
    NormBuffers& numbers = lowering.template state<NormBuffers>(operation);
    numbers.mean = lowering.book("means of " + operation.label, bytes);
    numbers.inverse = lowering.book("inverse deviations of " + operation.label, bytes);
    lowering.add(operation.label, Phase::forward,
                 {{lowering.value(input), false},
                  {lowering.value(output), true},
                  {numbers.mean, true},
                  {numbers.inverse, true},
                  {lowering.parameter(scale), false},
                  {lowering.parameter(shift), false}},
                 [&lowering, own = *this, numbers](const Buffers& buffers) {
                   return own.make_forward(lowering, buffers, numbers);
                 });
  }

  template <typename T>
  std::unique_ptr<plan::Stage<T>> make_forward(Lowering<T>& lowering, const Buffers& buffers,
                                               const NormBuffers& numbers) const {
    kernels::NormWork<T> norm{};
    norm.columns = lowering.columns(output);
    norm.scale = lowering.parameters().at(scale), norm.shift = lowering.parameters().at(shift);
    norm.mean = buffers.at<T>(numbers.mean), norm.inverse = buffers.at<T>(numbers.inverse);
    norm.epsilon = static_cast<T>(epsilon);
    return plan::stage_function<T>(
        [kernel = lowering.kernels().layer_norm, norm, x = lowering.values(buffers, input),
         y = lowering.values(buffers, output)](const plan::Batch<T>& batch) {
          kernels::NormWork<T> now = norm;
          now.x = x.of(batch), now.y = y.of(batch);
          kernel(now);
        });
  }

  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    // Where the layer is frozen its gradients are made as well, and left alone.
    const NormGradients of{input,
                           output,
                           scale,
                           lowering.own_gradient(output),
                           lowering.template state<NormBuffers>(operation),
                           lowering.place_gradient(scale),
                           lowering.place_gradient(shift)};
    lowering.add(operation.label + ": backward", Phase::backward_and_update, of.access(lowering),
                 [&lowering, own = *this, of](const Buffers& buffers) {
                   return plan::stage_function<T>(
                       [kernel = lowering.kernels().layer_norm_backward,
                        norm = of.work(lowering, buffers), x = lowering.values(buffers, own.input),
                        dy = lowering.values(buffers, own.output, of.gradient)](
                           const plan::Batch<T>& batch) {
                         kernels::NormBackwardWork<T> now = norm;
                         now.x = x.of(batch), now.dy = dy.of(batch);
                         kernel(now);
                       });
                 });
    lowering.update(operation, {scale, shift}, {of.scale_place, of.shift_place}, of.gradient);
    lowering.pass_gradient(input, of.gradient);
  }
};

// Over all values of an example, with a scale and a shift for each of them; of a sequence, over the
// channels at each position.
void build(const Component& layer, GraphBuilder& builder) {
  builder.by_positions();
  const ParameterId scale = builder.add_vector("weight", ParameterKind::vector, 1);
  const ParameterId shift = builder.add_vector("bias", ParameterKind::vector, 0);
  const SlotId input = builder.slot;
  builder.add(
      make_op(LayerNorm{input, builder.advance("output"), scale, shift, layer.number("epsilon")}));
}

}  // namespace

std::vector<Layer> layer_norm_layers() {
  return {{{"layer_norm",
            "brings each example to mean 0 and variance 1 over its units, then scales and shifts "
            "them by trained values; of a sequence, each position over its channels",
            {{"epsilon", "added to the variance", network::Type::number, "1e-5", 0, 1, true}}},
           build,
           InputForm::any,
           /*holds_layers=*/false,
           Unequal::at_each_position}};
}

}  // namespace lithe::ops
