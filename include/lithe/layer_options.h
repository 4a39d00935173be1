// The optional arguments of the layers of lithe/network.h, with their defaults. A name is that of
// the argument in a sentence, and so is its meaning (`lithe list layers`). Text is the sentence of
// a component: activation "leaky_relu(0.2)", initializer "normal(1)".
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace lithe {

// A size along one or two axes: 3, or {3, 5} for 3x5 (height x width).
struct Extent {
  template <std::integral Size>  // NOLINTNEXTLINE(google-explicit-constructor)
  Extent(Size every) : sizes{static_cast<std::size_t>(every)} {}
  Extent(std::size_t height, std::size_t width) : sizes{height, width} {}

  std::vector<std::size_t> sizes;
};

// Zero padding: "valid" (none), "same", or the number of zeros on each side.
struct Padding {
  Padding(const char* text) : value(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  Padding(std::string text) : value(std::move(text)) {}    // NOLINT(google-explicit-constructor)
  template <std::integral Size>
  Padding(Size zeros) : value(static_cast<double>(zeros)) {}  // NOLINT(google-explicit-constructor)

  std::variant<double, std::string> value;
};

struct InputOptions {
  bool lengths = false;
};

struct DenseOptions {
  std::string activation = "identity";
  std::string init = "auto";
  std::string bias_init = "zeros";
  bool tied = false;  // its weights are those of the first embedding
};

struct Conv2dOptions {
  std::string activation = "identity";
  Extent stride = 1;
  Padding padding = "valid";
  std::size_t groups = 1;
  Extent dilation = 1;
  std::string init = "auto";
  std::string bias_init = "zeros";
  std::string algorithm = "direct";  // or "winograd"
};

struct Conv1dOptions {
  std::string activation = "identity";
  Extent stride = 1;
  Padding padding = "valid";
  std::size_t groups = 1;
  Extent dilation = 1;
  std::string init = "auto";
  std::string bias_init = "zeros";
};

struct DepthwiseConv2dOptions {
  std::string activation = "identity";
  Extent stride = 1;
  Padding padding = "valid";
  std::size_t multiplier = 1;
  Extent dilation = 1;
  std::string init = "auto";
  std::string bias_init = "zeros";
};

struct ConvTranspose2dOptions {
  std::string activation = "identity";
  Extent stride = 1;
  Padding padding = "valid";
  Extent dilation = 1;
  std::string init = "auto";
  std::string bias_init = "zeros";
};

struct PoolOptions {
  std::size_t stride = 0;  // 0: the size of the window
  Padding padding = "valid";
};

struct EmbeddingOptions {
  std::string init = "normal(0.1)";
};

struct EmbedColumnsOptions {
  std::string init = "zeros";
};

// Of recurrent layers.
struct RnnOptions {
  std::string activation = "tanh";
  std::string give = "last";  // or "all": the outputs at all positions
  bool reverse = false;
  std::string init = "auto";
  std::string recurrent_init = "orthogonal";
  double dropout = 0;  // of the layer's outputs, as a layer dropout behind it
};

struct LstmOptions {
  std::string give = "last";
  bool reverse = false;
  std::string init = "auto";
  std::string recurrent_init = "orthogonal";
  double forget_bias = 1;
  double dropout = 0;
};

struct GruOptions {
  std::string give = "last";
  bool reverse = false;
  std::string init = "auto";
  std::string recurrent_init = "orthogonal";
  double dropout = 0;
};

struct EnsembleOptions {
  std::size_t times = 1;         // each network, every time with weights of its own
  std::string mean = "outputs";  // or of "softmax" or "sigmoid", put out as logits
};

struct AttentionOptions {
  std::string mask = "none";  // or "causal": no position looks behind itself
  bool rotary = false;        // queries and keys are rotated by their position
  std::string init = "auto";
};

struct TransformerOptions {
  std::string mask = "none";
  std::string norm = "pre";  // in front of attention and dense layers, or "post", behind the sums
  std::string activation = "relu";
  bool rotary = false;
  std::string init = "auto";
};

struct PositionOptions {
  std::string kind = "learned";  // or "sinusoidal"
  std::string init = "normal(0.1)";
};

struct BatchNormOptions {
  double momentum = 0.1;  // weight of a batch in the running mean and variance
  double epsilon = 1e-5;  // added to the variance
};

struct LayerNormOptions {
  double epsilon = 1e-5;  // added to the variance
};

struct RmsNormOptions {
  double epsilon = 1e-5;  // added to the mean of squares
};

}  // namespace lithe
