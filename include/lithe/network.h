// A network as a value. It is written as a sentence, such as
//   input(784) -> dense(30, sigmoid) -> dense(10, sigmoid)
// or made by the typed builder below. Parsing what to_string() gives yields the same network.
// `lithe list layers` lists the layers and their arguments.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lithe/component.h"
#include "lithe/layer_options.h"

namespace lithe {

class Network {
 public:
  // An empty network, for the builder below.
  Network() = default;
  // Throws Error(sentence) with a caret under the mistake.
  static Network parse(std::string_view text);

  // The typed builder. Each function appends the layer of its name and returns the network:
  //
  //   Network().input({28, 28, 1}).conv2d(8, 3, {.activation = "relu"}).flatten().dense(10)
  //
  // is the network of "input(28x28x1) -> conv2d(8, 3, relu) -> flatten -> dense(10)". All throw
  // Error(sentence) for an argument that is out of range. Whether shapes fit one another is checked
  // when a model is made.
  Network& input(std::vector<std::size_t> shape, const InputOptions& options = {});
  Network& flatten();
  Network& dense(std::size_t units, const DenseOptions& options = {});
  Network& conv2d(std::size_t channels, const Extent& kernel, const Conv2dOptions& options = {});
  Network& conv1d(std::size_t channels, const Extent& kernel, const Conv1dOptions& options = {});
  Network& depthwise_conv2d(const Extent& kernel, const DepthwiseConv2dOptions& options = {});
  Network& conv_transpose2d(std::size_t channels, const Extent& kernel,
                            const ConvTranspose2dOptions& options = {});
  Network& max_pool(const Extent& size = 2, const PoolOptions& options = {});
  Network& avg_pool(const Extent& size = 2, const PoolOptions& options = {});
  Network& global_avg_pool();
  Network& embedding(std::size_t categories, std::size_t size,
                     const EmbeddingOptions& options = {});
  // Of a table's row, or of each position of a sequence of rows: {2973, 50} for a column of numbers
  // of categories, the rows of its table and the learned numbers of each; {13} for 13 columns that
  // stay.
  Network& embed_columns(const std::vector<std::vector<std::size_t>>& columns,
                         const EmbedColumnsOptions& options = {});
  Network& rnn(std::size_t units, const RnnOptions& options = {});
  Network& lstm(std::size_t units, const LstmOptions& options = {});
  Network& gru(std::size_t units, const GruOptions& options = {});
  Network& bidirectional(const Network& layer);  // one recurrent layer, without an input
  // In sequences: each position takes a mean of others. `heads` divides the channels.
  Network& attention(std::size_t heads, const AttentionOptions& options = {});
  // A block of attention and two dense layers, `feed` units in between.
  Network& transformer(std::size_t heads, std::size_t feed, const TransformerOptions& options = {});
  Network& position(const PositionOptions& options = {});
  Network& last();
  Network& mean_over_time();
  Network& max_over_time();
  Network& batch_norm(const BatchNormOptions& options = {});
  Network& layer_norm(const LayerNormOptions& options = {});
  Network& rms_norm(const RmsNormOptions& options = {});
  Network& standardize();
  Network& dropout(double rate = 0.5);
  Network& spatial_dropout(double rate = 0.1);
  Network& alpha_dropout(double rate = 0.1);
  Network& gaussian_noise(double std = 0.1);
  Network& residual(const Network& layers);  // a network without an input, as in repeat
  Network& repeat(std::size_t times, const Network& layers);
  // The mean of what several networks, without inputs, make of the same input.
  Network& ensemble(const std::vector<Network>& networks, const EnsembleOptions& options = {});
  // Any activation as its sentence: "relu", "leaky_relu(0.2)", "softmax".
  Network& activation(const std::string& sentence);

  // The network with input(shape) in front if it has no input. For a first layer that takes a flat
  // row, input(784) replaces input(28x28). Throws Error(sentence) with both sizes if the network
  // has an input of another size.
  //
  // `lengths`: whether the examples are sequences of unequal length, padded to that shape
  // (Features::lengths). A network must then say so too, and take them as they are.
  Network with_input(const Shape& shape, bool lengths = false) const;

  // The same network for sequences of at most this number of positions; what it learns does not
  // depend on it. has_lengths() must hold.
  Network with_positions(std::size_t most) const;

  bool has_input() const;
  Shape input_shape() const;  // has_input() must hold for these
  bool has_lengths() const;   // whether each example is a sequence with a length of its own
  Shape output_shape() const;
  // The number of learned values, and the operations of a forward pass of one example (two for each
  // multiply-add).
  std::size_t parameter_count() const;
  double forward_operations() const;

  const Sentence& layers() const { return layers_; }
  std::string to_string() const;
  friend bool operator==(const Network&, const Network&) = default;

 private:
  Network& append(std::string name, std::vector<std::pair<std::string, Value>> arguments);
  Sentence layers_;
};

}  // namespace lithe
