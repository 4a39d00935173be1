// The layers that are convolutions: their sentences, shapes and parameters.
#include <fmt/format.h>

#include <algorithm>

#include "ops/convolution.h"
#include "ops/layer.h"
#include "ops/window.h"

namespace lithe::ops {

namespace {

using network::Argument, network::Category, network::Declaration, network::Type;

// What all of them have, behind the number of output channels.
std::vector<Argument> common_arguments(const std::string& kernel_help) {
  return {{"kernel", kernel_help, Type::shape},
          {"activation", "applied to each value", Type::component, "identity", 0, 0, false,
           Category::activation},
          {"stride", "steps between neighbouring outputs, as 2 or 2x1", Type::shape, "1"},
          {"padding", "zeros around the image: valid (none), same, or their number on each side",
           Type::number_or_component, "valid", 0, 4096, false, Category::padding}};
}

std::vector<Argument> initial_values() {
  return {{"init", "initial weights", Type::component, "auto", 0, 0, false, Category::initializer},
          {"bias_init", "initial biases", Type::component, "zeros", 0, 0, false,
           Category::initializer}};
}

Argument channels_argument() {
  return {"channels", "number of output channels", Type::integer, {}, 1, 1 << 16};
}
Argument dilation_argument() {
  return {"dilation", "distance between the places that the kernel looks at", Type::shape, "1"};
}
Argument algorithm_argument() {
  return {"algorithm", "how the sums are made", Type::component, "direct", 0, 0,
          false,       Category::algorithm};
}
Argument groups_argument() {
  return {"groups",
          "parts into which the channels are divided, each convolved by itself",
          Type::integer,
          "1",
          1,
          1 << 16};
}

// What a convolution is made of besides its geometry. Its `mirror` is itself or, where it is
// transposed, the convolution whose backward pass it is.
struct Sizes {
  std::size_t weight_inputs, weight_outputs;  // of the mirror, the inputs of one group
  std::size_t fan_in, fan_out;
};

void finish(const Component& layer, GraphBuilder& builder, Convolution work, const Sizes& sizes,
            const Shape& shape) {
  const Component& activation = layer.component("activation");
  const auto init = [&](const char* name) {
    return resolve_initializer(layer.component(name), activation.name);
  };
  const std::size_t rows = work.window.rows * work.window.columns * sizes.weight_inputs;
  work.weight =
      builder.add_parameter({builder.parameter_name("weight"), ParameterKind::weight, rows,
                             sizes.weight_outputs, sizes.fan_in, sizes.fan_out, init("init")});
  work.bias =
      builder.add_parameter({builder.parameter_name("bias"), ParameterKind::vector, 1,
                             work.out.channels, sizes.fan_in, sizes.fan_out, init("bias_init")});
  builder.by_examples();
  work.input = builder.slot;
  const bool linear = activation.name == "identity";
  work.output = builder.advance(linear ? "output" : "sums", work.out.size());
  builder.add(make_convolution(work));
  builder.shape = shape;
  builder.channels = work.out.channels;
  builder.activate(activation);
}

void build_forward(const Component& layer, GraphBuilder& builder, std::size_t dimensions,
                   std::size_t groups, std::size_t out_channels,
                   Algorithm algorithm = Algorithm::direct) {
  Convolution work{};
  work.algorithm = algorithm;
  work.in = read_image(layer.name, builder, dimensions);
  work.window = read_window(layer, "kernel", builder, dimensions);
  read_steps(layer, builder, dimensions, work.window);
  work.groups = groups;
  if (work.in.channels % groups != 0 || out_channels % groups != 0)
    builder.fail(fmt::format("{} input and {} output channels cannot be divided into {} groups",
                             work.in.channels, out_channels, groups),
                 "a number of groups that divides both");
  work.out = slide(layer, builder, work.in, work.window);
  work.out.channels = out_channels;
  const std::size_t area = work.window.rows * work.window.columns;
  const std::size_t inputs = work.in.channels / groups;
  finish(layer, builder, work, {inputs, out_channels, area * inputs, area * out_channels / groups},
         image_shape(work.out, dimensions));
}

void build_conv2d(const Component& layer, GraphBuilder& builder) {
  const bool winograd = layer.component("algorithm").name == "winograd";
  build_forward(layer, builder, 2, layer.integer("groups"), layer.integer("channels"),
                winograd ? Algorithm::winograd : Algorithm::direct);
}
void build_conv1d(const Component& layer, GraphBuilder& builder) {
  build_forward(layer, builder, 1, layer.integer("groups"), layer.integer("channels"));
}
void build_depthwise(const Component& layer, GraphBuilder& builder) {
  const ImageSize in = read_image(layer.name, builder, 2);
  build_forward(layer, builder, 2, in.channels, in.channels * layer.integer("multiplier"));
}

// The output that a convolution with this window would make the input of.
void build_transposed(const Component& layer, GraphBuilder& builder) {
  Convolution work{};
  work.in = read_image(layer.name, builder, 2);
  work.window = read_window(layer, "kernel", builder, 2);
  read_steps(layer, builder, 2, work.window);
  work.groups = 1;
  work.transposed = true;
  work.out = unslide(layer, builder, work.in, work.window);
  work.out.channels = layer.integer("channels");
  const std::size_t area = work.window.rows * work.window.columns;
  // A step leaves each output that many weights of every channel.
  const std::size_t steps = work.window.step_rows * work.window.step_columns;
  finish(layer, builder, work,
         {work.out.channels, work.in.channels,
          std::max<std::size_t>(1, area * work.in.channels / steps), area * work.out.channels},
         image_shape(work.out, 2));
}

std::vector<Argument> arguments(std::vector<Argument> first, const std::string& kernel_help,
                                std::vector<Argument> further, std::vector<Argument> last = {}) {
  for (Argument& argument : common_arguments(kernel_help)) first.push_back(std::move(argument));
  for (Argument& argument : further) first.push_back(std::move(argument));
  for (Argument& argument : initial_values()) first.push_back(std::move(argument));
  for (Argument& argument : last) first.push_back(std::move(argument));
  return first;
}

}  // namespace

std::vector<Declaration> algorithm_declarations() {
  return {
      {"direct", "each output one sum over the window, in its order"},
      {"winograd",
       "by Winograd's transforms, with a quarter of the multiplications, where the shape gains by "
       "it: 3x3 windows in float32; rounds in another way, and more coarsely"}};
}

std::vector<Layer> convolution_layers() {
  return {
      {{"conv2d", "a convolution of an image (height x width x channels)",
        arguments({channels_argument()}, "the window, as 3x3 or 3",
                  {groups_argument(), dilation_argument()}, {algorithm_argument()})},
       build_conv2d,
       InputForm::shaped},
      {{"conv1d", "a convolution of a sequence (length x channels)",
        arguments({channels_argument()}, "the window's length",
                  {groups_argument(), dilation_argument()})},
       build_conv1d,
       InputForm::shaped},
      {{"depthwise_conv2d", "a convolution of each channel of an image by itself",
        arguments({}, "the window, as 3x3 or 3",
                  {{"multiplier", "output channels for each input channel", Type::integer, "1", 1,
                    1 << 10},
                   dilation_argument()})},
       build_depthwise,
       InputForm::shaped},
      {{"conv_transpose2d", "the transpose of a convolution: makes an image larger by its stride",
        arguments({channels_argument()}, "the window, as 4x4 or 4", {dilation_argument()})},
       build_transposed,
       InputForm::shaped}};
}

}  // namespace lithe::ops
