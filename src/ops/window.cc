#include "ops/window.h"

#include <fmt/format.h>

namespace lithe::ops {

namespace {

struct Pair {
  std::size_t rows, columns;
};

// "3x3" or "3"; of a sequence, where there is one row, "3" alone.
Pair read_pair(const Component& layer, const std::string& name, const GraphBuilder& builder,
               std::size_t dimensions) {
  const std::vector<std::size_t>& sizes = layer.shape(name).sizes;
  if (sizes.size() > dimensions)
    builder.fail(fmt::format("{} of {} is {}", name, layer.name, layer.shape(name).to_string()),
                 dimensions == 1 ? "one size, as 3" : "one or two sizes, as 3 or 3x3");
  if (dimensions == 1) return {1, sizes[0]};
  return {sizes[0], sizes.back()};
}

// How many zeros stand before and behind, of which only the ones before matter later.
struct Padding {
  enum class Kind { zeros, same, causal } kind = Kind::zeros;
  std::size_t each_side = 0;
};

Padding read_padding(const Component& layer, const GraphBuilder& builder) {
  for (const auto& [name, value] : layer.arguments) {
    if (name != "padding") continue;
    if (const auto* component = std::get_if<Component>(&value)) {
      if (component->name == "causal" && layer.name != "conv1d")
        builder.fail(fmt::format("{} looks both ways, and causal is for sequences", layer.name),
                     "same, valid, or a whole number; conv1d can be causal");
      return {component->name == "same"     ? Padding::Kind::same
              : component->name == "causal" ? Padding::Kind::causal
                                            : Padding::Kind::zeros,
              0};
    }
    const double number = std::get<double>(value);
    if (number != static_cast<double>(static_cast<std::size_t>(number)))
      builder.fail("padding is no whole number", "same, valid, or a whole number");
    return {Padding::Kind::zeros, static_cast<std::size_t>(number)};
  }
  return {};
}

struct Axis {
  std::size_t size, window, step, dilation;

  std::size_t reach() const { return (window - 1) * dilation + 1; }
};

// Places for the window, and where the first one begins.
struct Places {
  std::size_t count, before;
};

Places places(const Axis& axis, const Padding& padding) {
  if (padding.kind != Padding::Kind::zeros) {
    const std::size_t count = (axis.size + axis.step - 1) / axis.step;
    if (padding.kind == Padding::Kind::causal) return {count, axis.reach() - 1};
    const std::size_t covered = (count - 1) * axis.step + axis.reach();
    return {count, covered > axis.size ? (covered - axis.size) / 2 : 0};
  }
  const std::size_t padded = axis.size + 2 * padding.each_side;
  return {padded < axis.reach() ? 0 : (padded - axis.reach()) / axis.step + 1, padding.each_side};
}

Places unplaces(const Axis& axis, const Padding& padding) {
  const std::size_t covered = (axis.size - 1) * axis.step + axis.reach();
  if (padding.kind == Padding::Kind::same) {
    const std::size_t size = axis.size * axis.step;
    return {size, covered > size ? (covered - size) / 2 : 0};
  }
  const std::size_t removed = 2 * padding.each_side;
  return {covered > removed ? covered - removed : 0, padding.each_side};
}

std::pair<Axis, Axis> axes(const ImageSize& image, const Window& w) {
  return {{image.rows, w.rows, w.step_rows, w.dilation_rows},
          {image.columns, w.columns, w.step_columns, w.dilation_columns}};
}

}  // namespace

ImageSize read_image(const std::string& layer, const GraphBuilder& builder,
                     std::size_t dimensions) {
  const std::vector<std::size_t>& sizes = builder.shape.sizes;
  if (dimensions == 1) {
    if (sizes.size() == 2) return {1, sizes[0], sizes[1]};
    if (sizes.size() == 1) return {1, sizes[0], 1};
    builder.fail(fmt::format("{} takes a sequence, length x channels, and {} comes in", layer,
                             builder.shape.to_string()),
                 "say input(128x3), for 128 steps of 3 values");
  }
  if (sizes.size() == 3) return {sizes[0], sizes[1], sizes[2]};
  if (sizes.size() == 2 && builder.channels == 0) return {sizes[0], sizes[1], 1};
  builder.fail(fmt::format("{} takes an image, height x width or height x width x channels, and {} "
                           "comes in",
                           layer, builder.shape.to_string()),
               "begin with input(28x28), say, and flatten only after the last layer of images");
}

Shape image_shape(const ImageSize& image, std::size_t dimensions) {
  if (dimensions == 1) return {{image.columns, image.channels}};
  return {{image.rows, image.columns, image.channels}};
}

Window read_window(const Component& layer, const std::string& size, const GraphBuilder& builder,
                   std::size_t dimensions) {
  Window window{};
  const Pair sizes = read_pair(layer, size, builder, dimensions);
  window.rows = sizes.rows, window.columns = sizes.columns;
  return window;
}

void read_steps(const Component& layer, const GraphBuilder& builder, std::size_t dimensions,
                Window& window) {
  const Pair steps = read_pair(layer, "stride", builder, dimensions);
  window.step_rows = steps.rows, window.step_columns = steps.columns;
  const Pair dilation = read_pair(layer, "dilation", builder, dimensions);
  window.dilation_rows = dilation.rows, window.dilation_columns = dilation.columns;
}

ImageSize slide(const Component& layer, const GraphBuilder& builder, const ImageSize& in,
                Window& window) {
  const Padding padding = read_padding(layer, builder);
  const auto [vertical, horizontal] = axes(in, window);
  const Places rows = places(vertical, in.rows == 1 && window.rows == 1 ? Padding{} : padding);
  const Places columns = places(horizontal, padding);
  if (rows.count == 0 || columns.count == 0)
    builder.fail(fmt::format("a window of {}x{} does not fit into an image of {}x{}",
                             vertical.reach(), horizontal.reach(), in.rows, in.columns),
                 "a smaller window, or padding=same");
  // A window that meets nothing but zeros would put out nothing but its bias.
  if (rows.before >= vertical.reach() || columns.before >= horizontal.reach())
    builder.fail(fmt::format("padding of {} is as wide as the window", rows.before),
                 "less than the window's size");
  window.top = rows.before, window.left = columns.before;
  return {rows.count, columns.count, in.channels};
}

ImageSize unslide(const Component& layer, const GraphBuilder& builder, const ImageSize& in,
                  Window& window) {
  const Padding padding = read_padding(layer, builder);
  const auto [vertical, horizontal] = axes(in, window);
  const Places rows = unplaces(vertical, padding), columns = unplaces(horizontal, padding);
  if (rows.count == 0 || columns.count == 0)
    builder.fail("padding takes all of the image away", "less padding");
  window.top = rows.before, window.left = columns.before;
  return {rows.count, columns.count, in.channels};
}

std::vector<network::Declaration> padding_declarations() {
  return {
      {"valid", "no zeros around the image: the window stays inside"},
      {"same", "as many zeros as make the output as large as the input, divided by the stride"},
      {"causal", "of conv1d: zeros in front alone, so that no output sees what comes behind it"}};
}

}  // namespace lithe::ops
