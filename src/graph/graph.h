// What a network computes, as plain operations on named slots of values. Layers write it, the plan
// reads it: no layer knows a kernel, and the plan knows no layer.
//
// A slot holds `columns` values for each example of a batch, and one operation writes it. Any
// number of operations may read it. The backward pass is not written down: it follows from the
// operations.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "activations/activation.h"
#include "lithe/component.h"

namespace lithe::graph {

using SlotId = std::size_t;
using ParameterId = std::size_t;

struct Slot {
  std::string name;
  std::size_t columns;
};

inline constexpr std::size_t kMostParameters = std::size_t{1} << 31;  // 8 GiB in float32
inline constexpr std::size_t kMostColumns = std::size_t{1} << 26;
inline constexpr std::size_t kMostOperations = 20'000;

// weight: a learned matrix [rows][columns]. vector: learned, one value a column (rows is 1).
// statistic: like a vector, but taken from the data, not learned.
enum class ParameterKind { weight, vector, statistic };

struct ParameterSpec {
  std::string name;  // "layers.0.weight"
  ParameterKind kind;
  std::size_t rows, columns;
  std::size_t fan_in, fan_out;  // what the scale of initial values is taken from
  Component initializer;
};

// output = input * weight + bias
struct Product {
  SlotId input, output;
  ParameterId weight, bias;
};

// An example as an image: [rows][columns][channels], without gaps. A sequence is an image of one
// row.
struct ImageSize {
  std::size_t rows, columns, channels;
  std::size_t size() const { return rows * columns * channels; }
};

// A window that goes over an image: its size, the steps it takes, the distance of the places that
// it looks at, and how far the first one begins above and left of the image.
struct Window {
  std::size_t rows, columns;
  std::size_t step_rows = 1, step_columns = 1;
  std::size_t dilation_rows = 1, dilation_columns = 1;
  std::size_t top = 0, left = 0;
};

// How a convolution is computed: as the sum that it is, or by Winograd's transforms where its shape
// gains by them, which round otherwise (kernels/winograd.h).
enum class Algorithm { direct, winograd };

// A convolution (without turning the kernel around, as is usual in this field): output channel n of
// group g is bias + sum over window rows, window columns and the group's input channels of input *
// weight [window rows * window columns * channels of a group][output channels]. What lies outside
// the image is 0. Where `transposed`, the output is made as the gradient of the input of such a
// convolution from output to input would be, whose weight it is (Zeiler and others, 2010).
struct Convolution {
  SlotId input, output;
  ParameterId weight, bias;
  ImageSize in, out;
  Window window;
  std::size_t groups;
  bool transposed;
  Algorithm algorithm = Algorithm::direct;

  bool depthwise() const {
    return !transposed && groups > 1 && groups == in.channels && groups == out.channels;
  }
};

// The largest value of each channel in each window, or the mean of those inside the image.
struct Pool {
  SlotId input, output;
  ImageSize in, out;
  Window window;
  bool largest;
};

// output = activation(input), value by value
struct Activate {
  SlotId input, output;
  activations::Activation activation;
  double argument;
};

// output = input where it is positive, slope * input elsewhere; a slope for each column is learned,
// of an image for each channel: column n belongs to channel n % channels (He and others, 2015).
struct Prelu {
  SlotId input, output;
  ParameterId slope;
  std::size_t channels;
};

// output = exp(input) / sum over the example's columns of exp(input)
struct Softmax {
  SlotId input, output;
};

// output = (input - mean) / sqrt(variance + epsilon) * scale + shift, with mean and variance of
// each column over the batch while training, and their running averages at other times (Ioffe and
// Szegedy, 2015). Of an image, of each channel: column n belongs to channel n % channels.
struct BatchNorm {
  SlotId input, output;
  ParameterId scale, shift, mean, variance;
  double epsilon, momentum;
  std::size_t channels;
};

// The same with mean and variance of each example over its columns (Ba, Kiros, Hinton, 2016).
struct LayerNorm {
  SlotId input, output;
  ParameterId scale, shift;
  double epsilon;
};

// output = (input - mean) / deviation, column by column; both come from the data.
struct Standardize {
  SlotId input, output;
  ParameterId mean, deviation;
};

// Random while training, nothing at other times. dropout: a value is dropped, that is zero, with
// probability `amount`, and divided by 1 - amount else (Srivastava and others, 2014).
// alpha_dropout: keeps mean and variance of what SELU makes (Klambauer and others, 2017).
// gaussian_noise: a normal number of standard deviation `amount` is added.
enum class Noise { dropout, alpha_dropout, gaussian_noise };
struct Disturb {
  SlotId input, output;
  Noise noise;
  double amount;
  std::size_t channels = 0;  // not 0: whole channels of an image at once (Tompson and others, 2015)
};

// output = a + b
struct Add {
  SlotId a, b, output;
};

using Work = std::variant<Product, Convolution, Pool, Activate, Prelu, Softmax, BatchNorm,
                          LayerNorm, Standardize, Disturb, Add>;

struct Operation {
  std::size_t layer;  // its number, from 1
  std::string label;  // as a person counts and names it: "1 dense(30, sigmoid)"
  Work work;
};

struct Graph {
  std::vector<Slot> slots;  // slot 0 is the input
  std::vector<ParameterSpec> parameters;
  std::vector<Operation> operations;
  SlotId output = 0;
  std::size_t layers = 0;

  SlotId add_slot(std::string name, std::size_t columns) {
    slots.push_back({std::move(name), columns});
    return slots.size() - 1;
  }
  ParameterId add_parameter(ParameterSpec spec) {
    parameters.push_back(std::move(spec));
    return parameters.size() - 1;
  }
};

// What an operation reads and writes.
std::vector<SlotId> inputs_of(const Work& work);
SlotId output_of(const Work& work);
std::vector<ParameterId> parameters_of(const Work& work);
std::optional<ParameterId> weight_of(const Work& work);  // the matrix among them

}  // namespace lithe::graph
