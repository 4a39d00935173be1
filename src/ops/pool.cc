// Pooling: of each window of an image its largest value, or the mean, channel by channel.
#include <fmt/format.h>

#include "ops/layer.h"
#include "ops/window.h"

namespace lithe::ops {

namespace {

using network::Argument, network::Category, network::Type;

// Sequences are pooled too: those of several channels, which have two sizes.
std::size_t dimensions_of(const GraphBuilder& builder) {
  return builder.channels > 0 && builder.shape.sizes.size() == 2 ? 1 : 2;
}

void finish(GraphBuilder& builder, Pool work, const Shape& shape, std::size_t channels) {
  work.input = builder.slot;
  work.output = builder.advance("output", work.out.size());
  builder.add(work);
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

std::vector<Layer> pooling_layers() {
  return {
      {{"max_pool", "the largest value of each channel in each window of an image", arguments()},
       build<true>,
       Takes::shaped},
      {{"avg_pool", "the mean of each channel in each window of an image", arguments()},
       build<false>,
       Takes::shaped},
      {{"global_avg_pool", "the mean of each channel over the whole image: 7x7x64 becomes 64"},
       build_global,
       Takes::shaped}};
}

}  // namespace lithe::ops
