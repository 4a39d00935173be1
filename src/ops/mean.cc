#include "ops/mean.h"

#include "ops/op.h"

namespace lithe::ops {

namespace {

struct Mean {
  SlotId sum, output;
  std::size_t count;
  kernels::Link link;
  std::string_view probabilities;

  std::vector<SlotId> inputs() const { return {sum}; }
  std::vector<ParameterId> parameters() const { return {}; }
  Traits traits() const {
    return {.elementwise = true,
            .backward_reads_input = false,
            .backward_reads_output = link != kernels::Link::identity,
            .by_image = false,
            .reads_packed = false,
            .identity_at_inference = false,
            .probabilities = probabilities};
  }
  double operations(const Graph&) const { return 0; }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId from = lowering.value(sum), to = lowering.value(output);
    lowering.add(
        {.name = operation.label + ": mean",
         .phase = Phase::forward,
         .columns = lowering.columns(output),
         .from = from,
         .to = to,
         .access = {{from, false}, {to, true}}},
        [&lowering, own = *this](const Buffers& buffers) {
          return plan::elementwise_function<T>(
              [own, kernel = lowering.kernels().mean, x = lowering.values(buffers, own.sum),
               y = lowering.values(buffers, own.output)](const plan::Batch<T>& batch,
                                                         kernels::Range lines) {
                kernel({x.of(batch), y.of(batch), y.columns, static_cast<T>(own.count), own.link},
                       lines);
              });
        });
  }

  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId gradient = lowering.own_gradient(output);
    lowering.add(
        {.name = operation.label + ": derivative of the mean",
         .phase = Phase::backward_and_update,
         .columns = lowering.columns(output),
         .from = gradient,
         .to = gradient,
         .access = {{lowering.value(output), false}, {gradient, true}}},
        [&lowering, own = *this, gradient](const Buffers& buffers) {
          return plan::elementwise_function<T>(
              [own, kernel = lowering.kernels().mean_backward,
               y = lowering.values(buffers, own.output),
               dy = lowering.values(buffers, own.output, gradient)](const plan::Batch<T>& batch,
                                                                    kernels::Range lines) {
                kernel({y.of(batch), dy.of(batch), dy.columns, static_cast<T>(own.count), own.link},
                       lines);
              });
        });
    lowering.pass_gradient(sum, gradient);
  }
};

}  // namespace

std::shared_ptr<const graph::Op> make_mean(SlotId sum, SlotId output, std::size_t count,
                                           kernels::Link link, std::string_view probabilities) {
  return make_op(Mean{sum, output, count, link, probabilities});
}

}  // namespace lithe::ops
