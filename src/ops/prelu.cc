// prelu: the input where it is positive, slope * input where it is not. There is a trained slope
// for each column, of an image for each channel: column n belongs to channel n % channels (He and
// others, 2015).
#include <algorithm>

#include "ops/activation.h"
#include "ops/channels.h"
#include "ops/op.h"

namespace lithe::ops {

namespace {

// Gives each column of an image the number of its channel. Before every step where the numbers are
// trained, before a run where they are not.
template <typename T>
class RepeatByColumnStage final : public plan::Stage<T> {
 public:
  RepeatByColumnStage(const T* numbers, std::size_t channels, T* by_column, std::size_t columns,
                      bool every_step)
      : numbers_(numbers),
        channels_(channels),
        by_column_(by_column),
        columns_(columns),
        every_step_(every_step) {}

  void prime(const plan::Batch<T>&) override {
    std::fill_n(by_column_, kernels::round_up(columns_, kernels::kLine<T>), T{0});
    repeat();
  }
  void run(const plan::Batch<T>&, plan::Share) override {
    if (every_step_) repeat();
  }

 private:
  void repeat() const {
    for (std::size_t at = 0; at < columns_; at += channels_)
      std::copy_n(numbers_, channels_, by_column_ + at);
  }

  const T* numbers_;
  std::size_t channels_;
  T* by_column_;
  std::size_t columns_;
  bool every_step_;
};

struct Prelu {
  SlotId input, output;
  ParameterId slope;
  std::size_t channels;

  // The slopes that the kernels read, one for each column: the parameter itself, or a buffer.
  struct Slopes {
    BufferId buffer = kNoBuffer;
  };

  std::vector<SlotId> inputs() const { return {input}; }
  std::vector<ParameterId> parameters() const { return {slope}; }
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

  template <typename T>
  bool by_column(const Lowering<T>& lowering) const {
    return channels == lowering.columns(output);
  }
  template <typename T>
  const T* slopes(Lowering<T>& lowering, const Buffers& buffers, BufferId buffer) const {
    return by_column(lowering) ? lowering.parameters().at(slope) : buffers.at<T>(buffer);
  }

  // Before the forward pass of all operations, so that a stage that makes an image can take PReLU
  // into its epilogue.
  template <typename T>
  void prepare(Lowering<T>& lowering, const Operation& operation) const {
    BufferId& buffer = lowering.template state<Slopes>(operation).buffer;
    buffer = lowering.parameter(slope);
    if (by_column(lowering)) return;
    const std::size_t columns = lowering.columns(output);
    buffer = lowering.book_vector("slopes by column of " + operation.label, columns);
    lowering.persist(buffer);
    lowering.add(operation.label + ": slopes by column", Phase::forward,
                 {{lowering.parameter(slope), false}, {buffer, true}},
                 [&lowering, own = *this, buffer = buffer, columns](const Buffers& buffers) {
                   return std::make_unique<RepeatByColumnStage<T>>(
                       lowering.parameters().at(own.slope), own.channels, buffers.at<T>(buffer),
                       columns, lowering.learns(own.slope));
                 });
  }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId from = lowering.value(input), to = lowering.value(output);
    const BufferId by_column = lowering.template state<Slopes>(operation).buffer;
    lowering.add(
        {.name = operation.label + ": activation",
         .phase = Phase::forward,
         .columns = lowering.columns(output),
         .from = from,
         .to = to,
         .access = {{from, false}, {by_column, false}, {to, true}}},
        [&lowering, own = *this, by_column](const Buffers& buffers) {
          return plan::elementwise_function<T>(
              [kernel = lowering.kernels().prelu, slope = own.slopes(lowering, buffers, by_column),
               x = lowering.values(buffers, own.input), y = lowering.values(buffers, own.output)](
                  const plan::Batch<T>& batch, kernels::Range lines) {
                kernel(x.of(batch), y.of(batch), slope, lines);
              });
        });
  }

  // The gradient of each column's slope, added up over an image's pixels.
  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId gradient = lowering.own_gradient(output);
    const BufferId by_column_slopes = lowering.template state<Slopes>(operation).buffer;
    const plan::GradientPlace made = lowering.place_gradient(slope);
    const std::size_t columns = lowering.columns(output);
    plan::GradientPlace columns_made = made;
    if (!by_column(lowering))
      columns_made = {lowering.book_vector("gradients by column of " + operation.label, columns),
                      0};
    lowering.add(
        {.name = operation.label + ": activation's derivative",
         .phase = Phase::backward_and_update,
         .columns = columns,
         .from = gradient,
         .to = gradient,
         .access = {{lowering.value(input), false},
                    {by_column_slopes, false},
                    {columns_made.buffer, true},
                    {gradient, true}},
         .split = Split::lines},
        [&lowering, own = *this, gradient, columns_made, by_column_slopes](const Buffers& buffers) {
          return plan::elementwise_function<T>(
              [kernel = lowering.kernels().prelu_backward,
               slope = own.slopes(lowering, buffers, by_column_slopes),
               slope_gradient = lowering.at(buffers, columns_made),
               x = lowering.values(buffers, own.input),
               dy = lowering.values(buffers, own.output, gradient)](const plan::Batch<T>& batch,
                                                                    kernels::Range lines) {
                kernel(x.of(batch), dy.of(batch), slope, slope_gradient, lines);
              });
        });
    if (!by_column(lowering)) add_up_channels(lowering, operation, columns_made, made);
    lowering.update(operation, {slope}, {made}, gradient);
    lowering.pass_gradient(input, gradient);
  }

  template <typename T>
  void add_up_channels(Lowering<T>& lowering, const Operation& operation,
                       plan::GradientPlace columns_made, plan::GradientPlace made) const {
    lowering.add(operation.label + ": gradient of each channel's slope", Phase::backward_and_update,
                 {{columns_made.buffer, false}, {made.buffer, true}},
                 [&lowering, own = *this, columns_made, made](const Buffers& buffers) {
                   const std::size_t columns = lowering.columns(own.output);
                   return plan::stage_function<T>(
                       [from = lowering.at(buffers, columns_made), to = lowering.at(buffers, made),
                        size = lowering.parameters().entries()[own.slope].size,
                        channels = own.channels, columns](const plan::Batch<T>&) {
                         channel_sums<T>({from, columns, 1}, columns / channels, channels, to);
                         std::fill(to + channels, to + size, T{0});
                       });
                 });
  }
};

void add(const Component& activation, GraphBuilder& builder) {
  const std::size_t slopes = builder.channels_or_columns();
  const ParameterId slope =
      builder.add_vector("slope", ParameterKind::vector, activation.number("start"), slopes);
  const SlotId before = builder.slot;
  builder.add(make_op(Prelu{before, builder.advance("output"), slope, slopes}));
}

}  // namespace

ActivationKind prelu() {
  return {{"prelu",
           "x where it is positive, slope * x where it is not; the slope of each unit, of an image "
           "of each channel, is trained",
           {{"start", "the slopes at first", network::Type::number, "0.25", -1, 1}}},
          add,
          "he_normal"};
}

}  // namespace lithe::ops
