#include "lithe/network.h"

#include <fmt/format.h>

#include "catalogue/catalogue.h"
#include "graph/graph.h"
#include "network/bind.h"
#include "network/syntax.h"

namespace lithe {

namespace {

Component input_layer(Shape shape, bool lengths) {
  return network::make_component(
      "input", network::Category::layer, catalogue::catalogue(),
      {{"shape", std::move(shape)}, {"lengths", Component{lengths ? "true" : "false", {}}}});
}

}  // namespace

Network Network::parse(std::string_view text) {
  Network result;
  result.layers_ = network::read_network(text, catalogue::catalogue());
  if (result.has_input()) catalogue::compile(result.layers_);  // do the shapes meet?
  return result;
}

Network Network::with_input(const Shape& shape, bool lengths) const {
  Network result = *this;
  if (!has_input()) {
    // Sequences with ends of their own are not one row of values.
    const Shape input = lengths ? shape : catalogue::fitting_input(layers_, shape);
    result.layers_.insert(result.layers_.begin(), input_layer(input, lengths));
  } else if (lengths && (!has_lengths() || input_shape() != shape)) {
    network::fail(
        to_string(), {0, std::string_view("input").size()},
        fmt::format("the data are sequences of up to {} positions, each with a length of "
                    "its own",
                    shape.sizes.front()),
        fmt::format("input({}, lengths=true), or leave the input out", shape.to_string()));
  } else if (input_shape().size() != shape.size()) {
    network::fail(to_string(), {0, std::string_view("input").size()},
                  fmt::format("the network takes {} values and the data have {} ({})",
                              input_shape().size(), shape.size(), shape.to_string()),
                  fmt::format("input({}), or leave the input out", shape.to_string()));
  }
  catalogue::compile(result.layers_);
  return result;
}

Network Network::with_positions(std::size_t most) const {
  Network result = *this;
  Shape shape = input_shape();
  shape.sizes.front() = most;
  result.layers_.front() = input_layer(std::move(shape), true);
  catalogue::compile(result.layers_);
  return result;
}

bool Network::has_input() const { return !layers_.empty() && layers_.front().name == "input"; }
bool Network::has_lengths() const { return catalogue::has_lengths(layers_); }
Shape Network::input_shape() const { return catalogue::input_shape(layers_); }
Shape Network::output_shape() const { return catalogue::output_shape(layers_); }

std::size_t Network::parameter_count() const {
  std::size_t sum = 0;
  for (const auto& spec : catalogue::compile(layers_).parameters)
    if (spec.kind != graph::ParameterKind::statistic) sum += spec.rows * spec.columns;
  return sum;
}

double Network::forward_operations() const {
  return graph::forward_operations(catalogue::compile(layers_));
}

std::string Network::to_string() const { return network::print(layers_, catalogue::catalogue()); }

}  // namespace lithe
