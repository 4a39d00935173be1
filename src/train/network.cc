#include "lithe/network.h"

#include <fmt/format.h>

#include "catalogue/catalogue.h"
#include "graph/graph.h"
#include "network/bind.h"
#include "network/syntax.h"

namespace lithe {

namespace {

using network::Category;

Component layer(std::string name, std::vector<std::pair<std::string, Value>> arguments = {}) {
  return network::make_component(std::move(name), Category::layer, catalogue::catalogue(),
                                 std::move(arguments));
}

Component part(const std::string& text, Category category) {
  return network::read_component(text, category, catalogue::catalogue());
}

}  // namespace

Network Network::parse(std::string_view text) {
  Network result;
  result.layers_ = network::read_network(text, catalogue::catalogue());
  if (result.has_input()) catalogue::compile(result.layers_);  // do the shapes meet?
  return result;
}

Network& Network::input(Shape shape) {
  layers_.push_back(layer("input", {{"shape", std::move(shape)}}));
  return *this;
}

Network& Network::dense(std::size_t units, const DenseOptions& options) {
  layers_.push_back(
      layer("dense", {{"units", static_cast<double>(units)},
                      {"activation", part(options.activation, Category::activation)},
                      {"init", part(options.init, Category::initializer)},
                      {"bias_init", part(options.bias_init, Category::initializer)}}));
  return *this;
}

Network& Network::flatten() {
  layers_.push_back(layer("flatten"));
  return *this;
}

Network& Network::activation(const std::string& name) {
  layers_.push_back(layer(name));
  return *this;
}

Network Network::with_input(const Shape& shape) const {
  Network result = *this;
  if (!has_input()) {
    const Shape input = catalogue::fitting_input(layers_, shape);
    result.layers_.insert(result.layers_.begin(), layer("input", {{"shape", input}}));
  } else if (input_shape().size() != shape.size()) {
    network::fail(to_string(), {0, std::string_view("input").size()},
                  fmt::format("the network takes {} values and the data have {} ({})",
                              input_shape().size(), shape.size(), shape.to_string()),
                  fmt::format("input({}), or leave the input out", shape.to_string()));
  }
  catalogue::compile(result.layers_);
  return result;
}

bool Network::has_input() const { return !layers_.empty() && layers_.front().name == "input"; }
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
