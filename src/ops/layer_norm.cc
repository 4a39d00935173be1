// layer_norm: (input - mean) / sqrt(variance + epsilon) * scale + shift, with mean and variance of
// each example, at each position, over its columns (Ba, Kiros, Hinton, 2016).
// rms_norm: input / sqrt(mean of squares + epsilon) * scale (Zhang and Sennrich, 2019).
#include "ops/norm.h"
#include "ops/op.h"

namespace lithe::ops {

namespace {

constexpr ParameterId kNoShift = static_cast<ParameterId>(-1);

struct LayerNorm {
  SlotId input, output;
  ParameterId scale, shift;  // without a shift it is rms_norm
  double epsilon;

  bool centred() const { return shift != kNoShift; }
  std::vector<SlotId> inputs() const { return {input}; }
  std::vector<ParameterId> parameters() const {
    if (centred()) return {scale, shift};
    return {scale};
  }
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
    numbers.inverse = lowering.book("inverse deviations of " + operation.label, bytes);
    std::vector<Access> access = {{lowering.value(input), false},
                                  {lowering.value(output), true},
                                  {numbers.inverse, true},
                                  {lowering.parameter(scale), false}};
    if (centred()) {
      numbers.mean = lowering.book("means of " + operation.label, bytes);
      access.push_back({numbers.mean, true});
      access.push_back({lowering.parameter(shift), false});
    }
    lowering.add(operation.label, Phase::forward, std::move(access),
                 [&lowering, own = *this, numbers](const Buffers& buffers) {
                   return own.make_forward(lowering, buffers, numbers);
                 });
  }

  template <typename T>
  std::unique_ptr<plan::Stage<T>> make_forward(Lowering<T>& lowering, const Buffers& buffers,
                                               const NormBuffers& numbers) const {
    kernels::NormWork<T> norm{};
    norm.columns = lowering.columns(output);
    norm.scale = lowering.parameters().at(scale);
    if (centred()) norm.shift = lowering.parameters().at(shift);
    norm.mean = buffers.at<T>(numbers.mean), norm.inverse = buffers.at<T>(numbers.inverse);
    norm.epsilon = static_cast<T>(epsilon);
    return plan::stage_function<T>(
        [kernel = centred() ? lowering.kernels().layer_norm : lowering.kernels().rms_norm, norm,
         x = lowering.values(buffers, input),
         y = lowering.values(buffers, output)](const plan::Batch<T>& batch) {
          kernels::NormWork<T> now = norm;
          now.x = x.of(batch), now.y = y.of(batch);
          kernel(now);
        });
  }

  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    // Where the layer is frozen its gradients are made as well, and left alone.
    const NormGradients of{
        input,
        output,
        scale,
        lowering.own_gradient(output),
        lowering.template state<NormBuffers>(operation),
        lowering.place_gradient(scale),
        centred() ? lowering.place_gradient(shift) : plan::GradientPlace{kNoBuffer, 0}};
    lowering.add(operation.label + ": backward", Phase::backward_and_update, of.access(lowering),
                 [&lowering, own = *this, of](const Buffers& buffers) {
                   return plan::stage_function<T>(
                       [kernel = own.centred() ? lowering.kernels().layer_norm_backward
                                               : lowering.kernels().rms_norm_backward,
                        norm = of.work(lowering, buffers), x = lowering.values(buffers, own.input),
                        dy = lowering.values(buffers, own.output, of.gradient)](
                           const plan::Batch<T>& batch) {
                         kernels::NormBackwardWork<T> now = norm;
                         now.x = x.of(batch), now.dy = dy.of(batch);
                         kernel(now);
                       });
                 });
    lowering.update(operation, parameters(), {of.scale_place, of.shift_place}, of.gradient);
    lowering.pass_gradient(input, of.gradient);
  }
};

// Over all values of an example, with a scale and a shift for each of them; of a sequence, over the
// channels at each position.
template <bool kCentred>
void build(const Component& layer, GraphBuilder& builder) {
  builder.by_positions();
  const ParameterId scale = builder.add_vector("weight", ParameterKind::vector, 1);
  const ParameterId shift =
      kCentred ? builder.add_vector("bias", ParameterKind::vector, 0) : kNoShift;
  const SlotId input = builder.slot;
  builder.add(
      make_op(LayerNorm{input, builder.advance("output"), scale, shift, layer.number("epsilon")}));
}

}  // namespace

std::vector<Layer> layer_norm_layers() {
  return {
      {{"layer_norm",
        "brings each example to mean 0 and variance 1 over its units, then scales and shifts "
        "them by trained values; of a sequence, each position over its channels",
        {{"epsilon", "added to the variance", network::Type::number, "1e-5", 0, 1, true}}},
       build<true>,
       InputForm::any,
       /*holds_layers=*/false,
       Unequal::at_each_position},
      {{"rms_norm",
        "divides each example by the root of the mean of its units' squares, then scales them "
        "by trained values; of a sequence, each position over its channels (Zhang and "
        "Sennrich, 2019)",
        {{"epsilon", "added to the mean of squares", network::Type::number, "1e-5", 0, 1, true}}},
       build<false>,
       InputForm::any,
       /*holds_layers=*/false,
       Unequal::at_each_position}};
}

}  // namespace lithe::ops
