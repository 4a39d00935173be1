// Pooling: of each window of an image its largest value, or the mean, channel by channel.
#include <fmt/format.h>

#include "ops/op.h"
#include "ops/window.h"

namespace lithe::ops {

namespace {

using network::Argument, network::Category, network::Type;

// The largest value of each channel in each window, or the mean of those inside the image.
struct Pool {
  SlotId input, output;
  ImageSize in, out;
  Window window;
  bool largest;

  std::vector<SlotId> inputs() const { return {input}; }
  std::vector<ParameterId> parameters() const { return {}; }
  Traits traits() const {
    return {.elementwise = false,
            .backward_reads_input = true,
            .backward_reads_output = true,
            .by_image = true,
            .reads_packed = false,
            .identity_at_inference = false,
            .probabilities = {}};
  }
  double operations(const Graph&) const { return 0; }

  kernels::PoolShape shape() const {
    return {
        in.rows,        in.columns,       in.channels,         out.rows,   out.columns, window.rows,
        window.columns, window.step_rows, window.step_columns, window.top, window.left};
  }

  template <typename T>
  void forward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId from = lowering.value(input), to = lowering.value(output);
    lowering.add(
        {.name = operation.label,
         .phase = Phase::forward,
         .columns = lowering.columns(output),
         .from = from,
         .to = to,
         .access = {{from, false}, {to, true}},
         .split = Split::rows},
        [&lowering, own = *this](const Buffers& buffers) {
          const kernels::Kernels<T>& k = lowering.kernels();
          return plan::elementwise_function<T>(
              [kernel = own.largest ? k.max_pool : k.average_pool, shape = own.shape(),
               x = lowering.values(buffers, own.input), y = lowering.values(buffers, own.output)](
                  const plan::Batch<T>& batch, kernels::Range) {
                for (std::size_t i = 0; i < batch.rows; ++i)
                  kernel(shape, x.of(batch).row(i), y.of(batch).row(i));
              });
        });
  }

  template <typename T>
  void backward(Lowering<T>& lowering, const Operation& operation) const {
    const BufferId gradient = lowering.gradient(output);
    const BufferId to =
        lowering.book_matrix("gradient of " + lowering.graph().slots[input].name, input);
    const double share = static_cast<double>(out.size()) / static_cast<double>(in.size());
    lowering.contribute(input, to, largest ? share * lowering.nonzero(output) : 1);
    lowering.add({.name = operation.label + ": backward",
                  .phase = Phase::backward_and_update,
                  .columns = lowering.columns(input),
                  .from = gradient,
                  .to = to,
                  .access = {{gradient, false},
                             {lowering.value(input), false},
                             {lowering.value(output), false},
                             {to, true}},
                  .split = Split::rows},
                 [&lowering, own = *this, gradient, to](const Buffers& buffers) {
                   return own.make_backward(lowering, buffers, gradient, to);
                 });
    lowering.release(gradient);
  }

  template <typename T>
  std::unique_ptr<plan::ElementwiseOp<T>> make_backward(Lowering<T>& lowering,
                                                        const Buffers& buffers, BufferId gradient,
                                                        BufferId to) const {
    return plan::elementwise_function<T>(
        [kernels = &lowering.kernels(), largest = largest, shape = shape(),
         x = lowering.values(buffers, input), y = lowering.values(buffers, output),
         dy = lowering.values(buffers, output, gradient),
         dx = lowering.values(buffers, input, to)](const plan::Batch<T>& batch, kernels::Range) {
          for (std::size_t i = 0; i < batch.rows; ++i) {
            const T* const from = dy.of(batch).row(i);
            T* const into = dx.of(batch).row(i);
            if (largest)
              kernels->max_pool_backward(shape, x.of(batch).row(i), y.of(batch).row(i), from, into);
            else
              kernels->average_pool_backward(shape, from, into);
          }
        });
  }
};

// Sequences are pooled too: those of several channels, which have two sizes.
std::size_t dimensions_of(const GraphBuilder& builder) {
  return builder.channels > 0 && builder.shape.sizes.size() == 2 ? 1 : 2;
}

void finish(GraphBuilder& builder, Pool work, const Shape& shape, std::size_t channels) {
  builder.by_examples();
  work.input = builder.slot;
  work.output = builder.advance("output", work.out.size());
  builder.add(make_op(work));
  builder.shape = shape;
  builder.channels = channels;
}

template <bool kLargest>
void build(const Component& layer, GraphBuilder& builder) {
  const std::size_t dimensions = dimensions_of(builder), stride = layer.integer("stride");
  Pool work{};
  work.largest = kLargest;
  work.in = read_image(layer.name, builder, dimensions);
  work.window = read_window(layer, "size", builder, dimensions);
  work.window.step_rows = stride > 0 && dimensions == 2 ? stride : work.window.rows;
  work.window.step_columns = stride > 0 ? stride : work.window.columns;
  work.out = slide(layer, builder, work.in, work.window);
  finish(builder, work, image_shape(work.out, dimensions), work.out.channels);
}

void build_global(const Component& layer, GraphBuilder& builder) {
  Pool work{};
  work.in = read_image(layer.name, builder, dimensions_of(builder));
  work.window.rows = work.in.rows, work.window.columns = work.in.columns;
  work.out = {1, 1, work.in.channels};
  finish(builder, work, Shape{{work.in.channels}}, 0);
}

std::vector<Argument> arguments() {
  return {{"size", "of the window, as 2 or 2x2", Type::shape, "2"},
          {"stride", "steps between windows; 0: the window's size", Type::integer, "0", 0, 4096},
          {"padding",
           "places outside the image, which do not count: valid (none), same, or their "
           "number on each side",
           Type::number_or_component, "valid", 0, 4096, false, Category::padding}};
}

}  // namespace

std::vector<Layer> pool_layers() {
  return {
      {{"max_pool", "the largest value of each channel in each window of an image", arguments()},
       build<true>,
       InputForm::shaped},
      {{"avg_pool", "the mean of each channel in each window of an image", arguments()},
       build<false>,
       InputForm::shaped},
      {{"global_avg_pool", "the mean of each channel over the whole image: 7x7x64 becomes 64"},
       build_global,
       InputForm::shaped}};
}

}  // namespace lithe::ops
