// Layers that add noise while training and do nothing at other times. The random numbers are
// functions of (seed, layer, step, row, column), so the backward pass draws the same ones again and
// nothing is stored.
#include "ops/noise.h"

#include <cmath>

#include "base/random.h"
#include "ops/op.h"

namespace lithe::ops {

namespace {

// dropout: a value is dropped, that is set to zero, with probability `amount`; the others are
// divided by 1 - amount (Srivastava and others, 2014). alpha_dropout: keeps mean and variance of
// what SELU makes (Klambauer and others, 2017). gaussian: a normal number of standard deviation
// `amount` is added.
enum class NoiseKind { dropout, alpha_dropout, gaussian };

// Drops whole channels of images, as dropout does values (Tompson and others, 2015).
template <typename T>
struct ChannelDropout {
  std::uint64_t seed;
  std::uint32_t layer;
  std::size_t channels;
  double rate;

  void run(plan::Values<T> x, plan::Values<T> y, const plan::Batch<T>& batch) const {
    const auto threshold = static_cast<std::uint32_t>((1 - rate) * 0x1p32);
    const T factor = static_cast<T>(1 / (1 - rate));
    const std::size_t columns = x.columns;
    for (std::size_t i = 0; i < batch.rows; ++i) {
      const T* const from = x.of(batch).row(i);
      T* const to = y.of(batch).row(i);
      for (std::size_t c = 0; c < channels; ++c) {
        const auto random =
            base::random_block(seed, base::make_stream(base::StreamPurpose::noise, layer),
                               (batch.step << 32) + (batch.first + i) * channels + c);
        const T scale = random[0] < threshold ? factor : T{0};
        for (std::size_t n = c; n < columns; n += channels) to[n] = from[n] * scale;
      }
    }
  }
};

// The numbers of a layer's noise. In the backward pass it is applied to gradients, without offsets.
template <typename T>
kernels::NoiseWork<T> make_noise(NoiseKind kind, double amount, bool backward) {
  kernels::NoiseWork<T> work{};
  const double keep = 1 - amount;
  work.threshold = static_cast<std::uint32_t>(std::min(keep * 0x1p32, 0x1p32 - 1));
  work.factor = 1;
  if (kind == NoiseKind::gaussian) {
    work.deviation = static_cast<T>(amount);
  } else if (kind == NoiseKind::dropout) {
    work.factor = static_cast<T>(1 / keep);
  } else {
    // Dropped values become selu's lower end; then everything is scaled and shifted so that mean 0
    // and variance 1 stay (Klambauer and others, 2017, section 3).
    constexpr double kLowerEnd = -1.0507009873554805 * 1.6732632423543772;
    const double scale = 1 / std::sqrt(keep * (1 + amount * kLowerEnd * kLowerEnd));
    const double offset = -scale * amount * kLowerEnd;
    work.factor = static_cast<T>(scale);
    if (!backward) {
      work.offset = static_cast<T>(offset);
      work.dropped = static_cast<T>(scale * kLowerEnd + offset);
    }
  }
  return work;
}

struct Noise {
  SlotId input, output;
  NoiseKind kind;
  double amount;
  std::size_t channels = 0;  // not 0: whole channels of an image at once

  std::vector<SlotId> inputs() const { return {input}; }
  std::vector<ParameterId> parameters() const { return {}; }
  Traits traits() const {
    return {.elementwise = true,
            .backward_reads_input = false,
            .backward_reads_output = false,
            .by_image = false,
            .reads_packed = false,
            .identity_at_inference = true,
            .probabilities = {}};
  }
  double operations(const Graph&) const { return 0; }

  template <typename T>
  void add(Lowering<T>& lowering, const std::string& name, Phase phase, const Operation& operation,
           BufferId from, BufferId to) const {
    lowering.add({.name = name,
                  .phase = phase,
                  .columns = lowering.columns(output),
                  .from = from,
                  .to = to,
                  .access = {{from, false}, {to, true}},
                  .split = channels > 0 ? Split::rows : Split::either},
                 [&lowering, &operation, own = *this, from, to, phase](const Buffers& buffers) {
                   const bool backward = phase == Phase::backward_and_update;
                   const auto layer = static_cast<std::uint32_t>(operation.layer);
                   const auto x = lowering.values(buffers, backward ? own.output : own.input, from);
                   const auto y = lowering.values(buffers, own.output, to);
                   return own.channels > 0 ? own.channel_dropout(lowering, layer, x, y)
                                           : own.of_values(lowering, layer, backward, x, y);
                 });
  }

  template <typename T>
  std::unique_ptr<plan::ElementwiseOp<T>> channel_dropout(Lowering<T>& lowering,
                                                          std::uint32_t layer, plan::Values<T> x,
                                                          plan::Values<T> y) const {
    return plan::elementwise_function<T>(
        [dropout = ChannelDropout<T>{lowering.request().seed, layer, channels, amount}, x, y](
            const plan::Batch<T>& batch, kernels::Range) { dropout.run(x, y, batch); });
  }

  template <typename T>
  std::unique_ptr<plan::ElementwiseOp<T>> of_values(Lowering<T>& lowering, std::uint32_t layer,
                                                    bool backward, plan::Values<T> x,
                                                    plan::Values<T> y) const {
    kernels::NoiseWork<T> noise = make_noise<T>(kind, amount, backward);
    noise.seed = lowering.request().seed;
    // The low byte names the use, as in base/random.h; the rest the layer.
    noise.stream = static_cast<std::uint32_t>(base::StreamPurpose::noise) |
                   static_cast<std::uint32_t>(layer << 8);
    return plan::elementwise_function<T>([kernel = lowering.kernels().noise, noise, x, y](
                                             const plan::Batch<T>& batch, kernels::Range lines) {
      kernels::NoiseWork<T> now = noise;
      now.step = batch.step;
      now.first_row = batch.first * x.positions;
      now.x = x.of(batch), now.y = y.of(batch);
      kernel(now, lines);
    });
  }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId from = lowering.value(input), to = lowering.value(output);
    if (lowering.training())
      add(lowering, operation.label, Phase::forward, operation, from, to);
    else if (from != to)  // an input, which stays as it was given
      lowering.copy(operation.label + ": as it is", Phase::forward, input, from, output, to);
  }

  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    if (kind == NoiseKind::gaussian)
      return lowering.pass_gradient(input, lowering.gradient(output), lowering.nonzero(output));
    const BufferId gradient = lowering.own_gradient(output);
    add(lowering, operation.label + ": backward", Phase::backward_and_update, operation, gradient,
        gradient);
    lowering.pass_gradient(input, gradient, lowering.nonzero(output));
  }
};

void add_noise(GraphBuilder& builder, NoiseKind kind, double amount) {
  if (amount == 0) return;
  const SlotId input = builder.slot;
  builder.add(make_op(Noise{input, builder.advance("output"), kind, amount, 0}));
}

template <NoiseKind kKind>
void build(const Component& layer, GraphBuilder& builder) {
  add_noise(builder, kKind, std::get<double>(layer.arguments.front().second));
}

void build_spatial_dropout(const Component& layer, GraphBuilder& builder) {
  const double rate = layer.number("rate");
  if (builder.channels == 0)
    builder.fail("spatial_dropout drops channels of images, and there are none here",
                 "dropout, for single values");
  if (rate == 0) return;
  builder.by_examples();
  const SlotId input = builder.slot;
  builder.add(
      make_op(Noise{input, builder.advance("output"), NoiseKind::dropout, rate, builder.channels}));
}

}  // namespace

void add_dropout(GraphBuilder& builder, double rate) {
  add_noise(builder, NoiseKind::dropout, rate);
}

std::vector<Layer> noise_layers() {
  using network::Type;
  return {{{"dropout",
            "while training, drops each value with probability `rate` and divides the others by "
            "1 - rate",
            {{"rate", "probability", Type::number, "0.5", 0, 0.99}}},
           build<NoiseKind::dropout>,
           InputForm::any,
           /*holds_layers=*/false,
           Unequal::at_each_position},
          {{"spatial_dropout",
            "while training, drops whole channels of an image with probability `rate` and divides "
            "the others by 1 - rate",
            {{"rate", "probability", Type::number, "0.1", 0, 0.99}}},
           build_spatial_dropout},
          {{"alpha_dropout",
            "dropout for selu: dropped values become selu's lower end, and mean and variance are "
            "kept",
            {{"rate", "probability", Type::number, "0.1", 0, 0.99}}},
           build<NoiseKind::alpha_dropout>,
           InputForm::any,
           /*holds_layers=*/false,
           Unequal::at_each_position},
          {{"gaussian_noise",
            "while training, adds normal random numbers",
            {{"std", "their standard deviation", Type::number, "0.1", 0, 1e6}}},
           build<NoiseKind::gaussian>,
           InputForm::any,
           /*holds_layers=*/false,
           Unequal::at_each_position}};
}

}  // namespace lithe::ops
