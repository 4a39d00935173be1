// The typed builder of networks. Each layer becomes the component that its sentence gives.
#include <fmt/format.h>

#include "catalogue/catalogue.h"
#include "lithe/network.h"
#include "network/bind.h"

namespace lithe {

namespace {

using network::Category;
using Arguments = std::vector<std::pair<std::string, Value>>;

Component part(const std::string& sentence, Category category) {
  return network::read_component(sentence, category, catalogue::catalogue());
}

Value number(std::size_t value) { return static_cast<double>(value); }
Value shape(const Extent& extent) { return Shape{extent.sizes}; }

Value padding(const Padding& given) {
  if (const auto* zeros = std::get_if<double>(&given.value)) return *zeros;
  return part(std::get<std::string>(given.value), Category::padding);
}

// What all convolutions have.
template <typename Options>
Arguments window(const Extent& kernel, const Options& options) {
  return {{"kernel", shape(kernel)},
          {"activation", part(options.activation, Category::activation)},
          {"stride", shape(options.stride)},
          {"padding", padding(options.padding)},
          {"dilation", shape(options.dilation)},
          {"init", part(options.init, Category::initializer)},
          {"bias_init", part(options.bias_init, Category::initializer)}};
}

Arguments with(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// What all recurrent layers have.
template <typename Options>
Arguments recurrent(std::size_t units, const Options& options) {
  return {{"units", number(units)},
          {"give", part(options.give, Category::give)},
          {"reverse", part(options.reverse ? "true" : "false", Category::answer)},
          {"init", part(options.init, Category::initializer)},
          {"recurrent_init", part(options.recurrent_init, Category::initializer)},
          {"dropout", options.dropout}};
}

Arguments pool(const Extent& size, const PoolOptions& options) {
  return {{"size", shape(size)},
          {"stride", number(options.stride)},
          {"padding", padding(options.padding)}};
}

}  // namespace

Network& Network::append(std::string name, std::vector<std::pair<std::string, Value>> arguments) {
  layers_.push_back(network::make_component(std::move(name), Category::layer,
                                            catalogue::catalogue(), std::move(arguments)));
  return *this;
}

Network& Network::input(std::vector<std::size_t> shape, const InputOptions& options) {
  return append("input", {{"shape", Shape{std::move(shape)}},
                          {"lengths", part(options.lengths ? "true" : "false", Category::answer)}});
}

Network& Network::flatten() { return append("flatten", {}); }

Network& Network::dense(std::size_t units, const DenseOptions& options) {
  return append("dense", {{"units", number(units)},
                          {"activation", part(options.activation, Category::activation)},
                          {"init", part(options.init, Category::initializer)},
                          {"bias_init", part(options.bias_init, Category::initializer)},
                          {"tied", part(options.tied ? "true" : "false", Category::answer)}});
}

Network& Network::conv2d(std::size_t channels, const Extent& kernel, const Conv2dOptions& options) {
  return append("conv2d", with(window(kernel, options),
                               {{"channels", number(channels)},
                                {"groups", number(options.groups)},
                                {"algorithm", part(options.algorithm, Category::algorithm)}}));
}

Network& Network::conv1d(std::size_t channels, const Extent& kernel, const Conv1dOptions& options) {
  return append("conv1d", with(window(kernel, options), {{"channels", number(channels)},
                                                         {"groups", number(options.groups)}}));
}

Network& Network::depthwise_conv2d(const Extent& kernel, const DepthwiseConv2dOptions& options) {
  return append("depthwise_conv2d",
                with(window(kernel, options), {{"multiplier", number(options.multiplier)}}));
}

Network& Network::conv_transpose2d(std::size_t channels, const Extent& kernel,
                                   const ConvTranspose2dOptions& options) {
  return append("conv_transpose2d",
                with(window(kernel, options), {{"channels", number(channels)}}));
}

Network& Network::max_pool(const Extent& size, const PoolOptions& options) {
  return append("max_pool", pool(size, options));
}

Network& Network::avg_pool(const Extent& size, const PoolOptions& options) {
  return append("avg_pool", pool(size, options));
}

Network& Network::global_avg_pool() { return append("global_avg_pool", {}); }

Network& Network::embedding(std::size_t categories, std::size_t size,
                            const EmbeddingOptions& options) {
  return append("embedding", {{"categories", number(categories)},
                              {"size", number(size)},
                              {"init", part(options.init, Category::initializer)}});
}

Network& Network::embed_columns(const std::vector<std::vector<std::size_t>>& columns,
                                const EmbedColumnsOptions& options) {
  std::vector<Shape> shapes;
  for (const std::vector<std::size_t>& sizes : columns) shapes.push_back({sizes});
  return append("embed_columns", {{"columns", std::move(shapes)},
                                  {"init", part(options.init, Category::initializer)}});
}

Network& Network::rnn(std::size_t units, const RnnOptions& options) {
  return append("rnn", with(recurrent(units, options),
                            {{"activation", part(options.activation, Category::activation)}}));
}

Network& Network::lstm(std::size_t units, const LstmOptions& options) {
  return append("lstm", with(recurrent(units, options), {{"forget_bias", options.forget_bias}}));
}

Network& Network::gru(std::size_t units, const GruOptions& options) {
  return append("gru", recurrent(units, options));
}

Network& Network::bidirectional(const Network& layer) {
  return append("bidirectional", {{"layers", layer.layers_}});
}

Network& Network::attention(std::size_t heads, const AttentionOptions& options) {
  return append("attention", {{"heads", number(heads)},
                              {"mask", part(options.mask, Category::mask)},
                              {"rotary", part(options.rotary ? "true" : "false", Category::answer)},
                              {"init", part(options.init, Category::initializer)}});
}

Network& Network::transformer(std::size_t heads, std::size_t feed,
                              const TransformerOptions& options) {
  return append("transformer",
                {{"heads", number(heads)},
                 {"feed", number(feed)},
                 {"mask", part(options.mask, Category::mask)},
                 {"norm", part(options.norm, Category::norm_order)},
                 {"activation", part(options.activation, Category::activation)},
                 {"rotary", part(options.rotary ? "true" : "false", Category::answer)},
                 {"init", part(options.init, Category::initializer)}});
}

Network& Network::position(const PositionOptions& options) {
  return append("position", {{"kind", part(options.kind, Category::position)},
                             {"init", part(options.init, Category::initializer)}});
}

Network& Network::last() { return append("last", {}); }
Network& Network::mean_over_time() { return append("mean_over_time", {}); }
Network& Network::max_over_time() { return append("max_over_time", {}); }

Network& Network::batch_norm(const BatchNormOptions& options) {
  return append("batch_norm", {{"momentum", options.momentum}, {"epsilon", options.epsilon}});
}

Network& Network::layer_norm(const LayerNormOptions& options) {
  return append("layer_norm", {{"epsilon", options.epsilon}});
}

Network& Network::rms_norm(const RmsNormOptions& options) {
  return append("rms_norm", {{"epsilon", options.epsilon}});
}

Network& Network::standardize() { return append("standardize", {}); }
Network& Network::dropout(double rate) { return append("dropout", {{"rate", rate}}); }

Network& Network::spatial_dropout(double rate) {
  return append("spatial_dropout", {{"rate", rate}});
}

Network& Network::alpha_dropout(double rate) { return append("alpha_dropout", {{"rate", rate}}); }
Network& Network::gaussian_noise(double std) { return append("gaussian_noise", {{"std", std}}); }

Network& Network::residual(const Network& layers) {
  return append("residual", {{"layers", layers.layers_}});
}

Network& Network::repeat(std::size_t times, const Network& layers) {
  return append("repeat", {{"times", number(times)}, {"layers", layers.layers_}});
}

Network& Network::ensemble(const std::vector<Network>& networks, const EnsembleOptions& options) {
  std::vector<Sentence> members;
  for (const Network& network : networks) members.push_back(network.layers_);
  return append("ensemble", {{"networks", std::move(members)},
                             {"times", number(options.times)},
                             {"mean", part(options.mean, Category::mean)}});
}

Network& Network::activation(const std::string& sentence) {
  Component activation = part(sentence, Category::activation);
  return append(std::move(activation.name), std::move(activation.arguments));
}

}  // namespace lithe
