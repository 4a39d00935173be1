// Convolutions: of images, of sequences, channel by channel, and transposed.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "graph/op.h"

namespace lithe::ops {

// An example as an image: [rows][columns][channels], without gaps. A sequence is an image of one
// row.
struct ImageSize {
  std::size_t rows, columns, channels;
  std::size_t size() const { return rows * columns * channels; }
};

// A window that goes over an image: its size, its stride (`step`), its dilation, and the padding:
// how far the first one begins above and left of the image.
struct Window {
  std::size_t rows, columns;
  std::size_t step_rows = 1, step_columns = 1;
  std::size_t dilation_rows = 1, dilation_columns = 1;
  std::size_t top = 0, left = 0;
};

// How a convolution is computed: as the sum that it is, or by Winograd's transforms where its shape
// gains by them, which round in another way (kernels/winograd.h).
enum class Algorithm { direct, winograd };

// A convolution (without turning the kernel around, as is usual in this field): output channel n of
// group g is bias + sum over window rows, window columns and the group's input channels of input *
// weight [window rows * window columns * channels of a group][output channels]. What lies outside
// the image is 0. Where `transposed`, the output is made as the gradient of the input of such a
// convolution from output to input would be, whose weight it is (Zeiler and others, 2010).
struct Convolution {
  graph::SlotId input, output;
  graph::ParameterId weight, bias;
  ImageSize in, out;
  Window window;
  std::size_t groups;
  bool transposed;
  Algorithm algorithm = Algorithm::direct;

  bool depthwise() const {
    return !transposed && groups > 1 && groups == in.channels && groups == out.channels;
  }

  std::vector<graph::SlotId> inputs() const { return {input}; }
  std::vector<graph::ParameterId> parameters() const { return {weight, bias}; }
  graph::Traits traits() const;
  double operations(const graph::Graph& graph) const;
  template <typename T>
  void forward(plan::Lowering<T>&, const graph::Operation&) const;
  template <typename T>
  void backward(plan::Lowering<T>&, const graph::Operation&) const;
};

std::shared_ptr<const graph::Op> make_convolution(const Convolution& convolution);

// The convolution that an operation is; null where it is none.
const Convolution* as_convolution(const graph::Op& op);

// Whether Winograd's transforms compute a convolution, forward and back. It follows from the shape
// alone, so that the bits do. `refusal` says why not; empty where they do.
struct ConvolutionChoice {
  bool winograd = false;
  std::string refusal;
};
ConvolutionChoice choose_convolution(const Convolution& convolution, bool float32);

}  // namespace lithe::ops
