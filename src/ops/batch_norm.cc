// batch_norm: (input - mean) / sqrt(variance + epsilon) * scale + shift, with mean and variance of
// each column over the batch (and its positions) while training, and their running averages at
// other times (Ioffe and Szegedy, 2015). Of an image, of each channel: column n belongs to channel
// n % channels.
#include "ops/fixed_norm.h"
#include "ops/norm.h"
#include "ops/op.h"

namespace lithe::ops {

namespace {

struct BatchNorm {
  SlotId input, output;
  ParameterId scale, shift, mean, variance;
  double epsilon, momentum;
  std::size_t channels;

  std::vector<SlotId> inputs() const { return {input}; }
  std::vector<ParameterId> parameters() const { return {scale, shift, mean, variance}; }
  Traits traits() const {
    return {.elementwise = true,
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

  // By running statistics: outside training, and where the layer is frozen.
  template <typename T>
  bool fixed(const Lowering<T>& lowering) const {
    return !lowering.learns(scale);
  }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    if (fixed(lowering))
      return lower_fixed_norm(lowering, operation, lowering.template state<FixedFactors>(operation),
                              input, output, {mean, variance, scale, shift}, epsilon);
    NormBuffers& numbers = lowering.template state<NormBuffers>(operation);
    numbers.mean = lowering.book_vector("means of " + operation.label, channels);
    numbers.inverse = lowering.book_vector("inverse deviations of " + operation.label, channels);
    const BufferId from = lowering.value(input), to = lowering.value(output);
    lowering.add({.name = operation.label,
                  .phase = Phase::forward,
                  .columns = channels,
                  .from = from,
                  .to = to,
                  .access = {{from, false},
                             {to, true},
                             {numbers.mean, true},
                             {numbers.inverse, true},
                             {lowering.parameter(scale), false},
                             {lowering.parameter(shift), false},
                             {lowering.parameter(mean), true},
                             {lowering.parameter(variance), true}},
                  .split = Split::lines,
                  .values = lowering.columns(output)},
                 [&lowering, own = *this, numbers](const Buffers& buffers) {
                   return own.make_forward(lowering, buffers, numbers);
                 });
  }

  template <typename T>
  std::unique_ptr<plan::ElementwiseOp<T>> make_forward(Lowering<T>& lowering,
                                                       const Buffers& buffers,
                                                       const NormBuffers& numbers) const {
    auto& p = lowering.parameters();
    kernels::NormWork<T> norm{};
    norm.columns = lowering.columns(output);
    norm.scale = p.at(scale), norm.shift = p.at(shift);
    norm.mean = buffers.at<T>(numbers.mean), norm.inverse = buffers.at<T>(numbers.inverse);
    norm.running_mean = p.at(mean), norm.running_variance = p.at(variance);
    norm.epsilon = static_cast<T>(epsilon);
    norm.momentum = static_cast<T>(momentum);
    return plan::elementwise_function<T>(
        [all = &lowering.kernels(), norm, channels = channels, x = lowering.values(buffers, input),
         y = lowering.values(buffers, output)](const plan::Batch<T>& batch, kernels::Range lines) {
          kernels::NormWork<T> now = norm;
          now.x = x.of(batch), now.y = y.of(batch);
          if (channels == now.columns)
            all->batch_norm(now, lines);
          else
            all->channel_norm(now, channels, lines);
        });
  }

  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    if (fixed(lowering))
      return lower_fixed_norm_backward(
          lowering, operation, lowering.template state<FixedFactors>(operation), input, output);
    const NormGradients of{input,
                           output,
                           scale,
                           lowering.own_gradient(output),
                           lowering.template state<NormBuffers>(operation),
                           lowering.place_gradient(scale),
                           lowering.place_gradient(shift)};
    lowering.add({.name = operation.label + ": backward",
                  .phase = Phase::backward_and_update,
                  .columns = channels,
                  .from = of.gradient,
                  .to = of.gradient,
                  .access = of.access(lowering),
                  .split = Split::lines,
                  .values = lowering.columns(output)},
                 [&lowering, own = *this, of](const Buffers& buffers) {
                   return plan::elementwise_function<T>(
                       [all = &lowering.kernels(), channels = own.channels,
                        norm = of.work(lowering, buffers), x = lowering.values(buffers, own.input),
                        dy = lowering.values(buffers, own.output, of.gradient)](
                           const plan::Batch<T>& batch, kernels::Range lines) {
                         kernels::NormBackwardWork<T> now = norm;
                         now.x = x.of(batch), now.dy = dy.of(batch);
                         if (channels == now.columns)
                           all->batch_norm_backward(now, lines);
                         else
                           all->channel_norm_backward(now, channels, lines);
                       });
                 });
    lowering.update(operation, {scale, shift}, {of.scale_place, of.shift_place}, of.gradient);
    lowering.pass_gradient(input, of.gradient);
  }
};

void build(const Component& layer, GraphBuilder& builder) {
  const SlotId input = builder.slot;
  const std::size_t channels = builder.channels_or_columns();
  const auto vector = [&](const char* name, ParameterKind kind, double value) {
    return builder.add_vector(name, kind, value, channels);
  };
  const ParameterId scale = vector("weight", ParameterKind::vector, 1);
  const ParameterId shift = vector("bias", ParameterKind::vector, 0);
  const ParameterId mean = vector("running_mean", ParameterKind::statistic, 0);
  const ParameterId variance = vector("running_var", ParameterKind::statistic, 1);
  builder.add(make_op(BatchNorm{input, builder.advance("output"), scale, shift, mean, variance,
                                layer.number("epsilon"), layer.number("momentum"), channels}));
}

}  // namespace

std::vector<Layer> batch_norm_layers() {
  using network::Type;
  return {{{"batch_norm",
            "brings each unit, or each channel of an image, to mean 0 and variance 1 over the "
            "batch, then scales and shifts it by trained values",
            {{"momentum", "weight of a batch in the running mean and variance", Type::number, "0.1",
              0, 1, true},
             {"epsilon", "added to the variance", Type::number, "1e-5", 0, 1, true}}},
           build}};
}

}  // namespace lithe::ops
