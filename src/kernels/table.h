// The table of kernels: one for each instruction set and precision. A plan looks it up once, when
// it is made. The scalar table is the plain reference that the others are tested against.
#pragma once

#include <cstddef>
#include <cstdint>

#include "activations/activation.h"
#include "cpu/isa.h"
#include "kernels/convolution.h"
#include "kernels/layout.h"
#include "kernels/pairs.h"
#include "kernels/pool.h"
#include "kernels/product.h"
#include "kernels/recurrent.h"
#include "kernels/winograd.h"
#include "losses/loss.h"
#include "optimizers/coefficients.h"

namespace lithe::kernels {

template <typename T>
struct AttentionWork;
template <typename T>
struct AttentionBackwardWork;

template <typename T>
struct ActivationKernels {
  // y = f(x). x and y may be the same matrix. `columns`: those that are not padding.
  void (*forward)(Matrix<const T> x, Matrix<T> y, std::size_t columns, Range lines, T argument);
  // dy *= f'(x), which is computed from y or from x, as the activation's row says.
  void (*backward)(Matrix<const T> x_or_y, Matrix<T> dy, std::size_t columns, Range lines,
                   T argument);
};

// A batch's loss and its gradient. The loss is added to `sums` without the factor 1 / batch: one
// running sum for each place in a cache line, whatever the vector length. The reader adds them up.
// Only the rows of the output that have an answer are looked at: `count` of them.
template <typename T>
struct LossWork {
  Matrix<const T> output;
  Matrix<T> gradient;  // of the rows that count; the padding of each is set to zero
  std::size_t columns;
  const std::int32_t* labels;  // of the data set; or null, and
  const float* targets;        // [answers of the data set][columns]
  std::size_t count;
  const std::uint32_t* rows;     // of the output
  const std::uint32_t* answers;  // of these rows, in the data set
  const float* weights;          // of these rows, or null
  T scale;                       // of the gradient: 1 / the batch's weight
  T argument;                    // of the loss
  double* sums;                  // kLine<T> of them
};

// One step of an optimizer on a block of weights: `rows` rows of `columns` values, a whole number
// of lines. Rows are `stride` apart in the weights and in the states, and begin at value `first`.
template <typename T>
struct UpdateWork {
  std::size_t rows, columns, stride;
  const T* gradient;
  std::size_t gradient_stride;
  T* weight;
  T* const* states;  // as many as the rule keeps
  std::size_t first;
  optimizers::Coefficients<T> c;
};

template <typename T>
struct UpdateKernels {
  void (*plain)(const UpdateWork<T>&);  // takes `scale`, `clip`, `l1` and `l2` for 1, 0, 0 and 0
  void (*prepared)(const UpdateWork<T>&);
};

// Batch norm saves mean and 1 / sqrt(variance + epsilon) of each column for the backward pass,
// layer norm those of each example.
template <typename T>
struct NormWork {
  Matrix<const T> x;
  Matrix<T> y;
  std::size_t columns;
  const T *scale, *shift;
  T *mean, *inverse;
  T *running_mean, *running_variance;  // of a batch_norm
  T epsilon, momentum;
};

template <typename T>
struct NormBackwardWork {
  Matrix<const T> x;
  Matrix<T> dy;  // becomes the gradient of x
  std::size_t columns;
  const T* scale;
  const T *mean, *inverse;
  T *scale_gradient, *shift_gradient;
};

// y = x with noise, which is a function of seed, stream, step, row and column.
//   dropout: y = x * factor + offset where a random 32-bit number is below `threshold`, and
//            y = dropped where it is not
//   Gaussian noise: y = x + deviation * normal number
template <typename T>
struct NoiseWork {
  Matrix<const T> x;
  Matrix<T> y;
  std::size_t first_row;  // of the batch's
  std::uint64_t seed, step;
  std::uint32_t stream;
  std::uint32_t threshold;
  T factor, offset, dropped;
  T deviation;  // not 0: Gaussian noise
};

// Of a mean: what is put out of it. log and logit take a mean of probabilities back to what softmax
// and sigmoid made them of; of a mean nearer to 0 (or to 1) than the smallest normal number, they
// are those of that number.
enum class Link { identity, log, logit };

// The mean of `count` values each, of which `from` has the sums, goes through the link into `to`.
// Backward, `from` has what came out, and the gradients in `to` become those of the sums.
template <typename T>
struct MeanWork {
  Matrix<const T> from;
  Matrix<T> to;
  std::size_t columns;
  T count;
  Link link;
};

template <typename T>
struct Kernels {
  cpu::Isa isa;

  // Products (product.h).
  void (*forward)(const ForwardProduct<T>&, Range unit_lines);
  void (*forward_indexed)(const ForwardProduct<T>&, Range unit_lines);
  void (*sgd)(const WeightProduct<T>&, Range unit_lines);
  void (*sgd_indexed)(const WeightProduct<T>&, Range unit_lines);
  void (*gradient)(const GradientProduct<T>&, Range unit_lines);
  void (*gradient_indexed)(const GradientProduct<T>&, Range unit_lines);
  void (*transpose)(const InputGradientProduct<T>&, Range units);
  void (*input_gradient)(const InputGradientProduct<T>&, Range input_lines);
  // forward, where each sum begins with a value of `from` in the place of the bias; from may be y.
  void (*forward_onto)(const ForwardProduct<T>&, Matrix<const T> from, Range unit_lines);

  // Products of bfloat16 values (pairs.h), in float32 alone: pairs of neighbouring columns, for a
  // range of lines of pairs, and of neighbouring rows, for a range of lines of columns; then the
  // products. The emulated ones are the same without the instruction.
  void (*pair_columns)(Matrix<const T> x, std::size_t columns, Matrix<T> to, Range pair_lines);
  void (*pair_rows)(Matrix<const T> x, Matrix<T> to, Range lines);
  PairedKernels<T> paired, paired_emulated;

  // Convolutions (convolution.h) of one image. The gradient of the weights is made for a range of
  // the tiles that it is cut into.
  void (*correlate)(const Correlation<T>&);
  void (*correlate_columns)(const Correlation<T>&);
  void (*kernel_gradient)(const KernelGradient<T>&, Range tiles);
  std::size_t (*weight_tiles)(const Correlation<T>&);
  void (*kernel_gradient_nonzero)(const KernelGradient<T>&, Range units);
  void (*kernel_bias_gradient)(const KernelGradient<T>&);
  void (*col2im)(const Col2im<T>&);
  void (*col2im_nonzero)(const Col2im<T>&);

  // Depthwise: channel by channel; a run is a column of the kernel, with all channels. The gradient
  // is made for a range of lines of channels.
  void (*depthwise)(const Correlation<T>&);
  void (*depthwise_col2im)(const Correlation<T>&, T* x, const T* dy);
  void (*depthwise_gradient)(const KernelGradient<T>&, Range lines);

  // By Winograd's transforms (winograd.h); null in float64. The last two take a range of input
  // channels.
  void (*winograd)(const Winograd<T>&);
  void (*winograd_weights)(const WinogradWeights<T>&);
  void (*winograd_gradient)(const WinogradGradient<T>&, Range channels);
  void (*winograd_windows)(const WinogradWindows<T>&, Range channels);

  // Pooling of an image (pool.h).
  void (*max_pool)(const PoolShape&, const T* x, T* y);
  void (*max_pool_backward)(const PoolShape&, const T* x, const T* y, const T* dy, T* dx);
  void (*average_pool)(const PoolShape&, const T* x, T* y);
  void (*average_pool_backward)(const PoolShape&, const T* dy, T* dx);

  // Steps of recurrent layers (recurrent.h).
  void (*lstm)(const CellWork<T>&);
  void (*lstm_backward)(const CellBackwardWork<T>&);
  void (*gru)(const CellWork<T>&);
  void (*gru_backward)(const CellBackwardWork<T>&);

  // Attention of a head (attention.h).
  void (*attention)(const AttentionWork<T>&);
  void (*attention_backward)(const AttentionBackwardWork<T>&);

  // Packing of a batch.
  void (*pack_bytes)(Pack<T>&);
  void (*pack_nonzero_bytes)(Pack<T>&);
  void (*pack_int32)(Pack<T>&);
  void (*pack_float32)(Pack<T>&);
  void (*pack_float64)(Pack<T>&);
  void (*pack_nonzero_float32)(Pack<T>&);  // of one row

  // Layers.
  ActivationKernels<T> activations[activations::kCount];
  void (*batch_norm)(const NormWork<T>&, Range lines);
  void (*batch_norm_backward)(const NormBackwardWork<T>&, Range lines);
  // Batch norm of channels over all pixels, for a range of lines of channels.
  void (*channel_norm)(const NormWork<T>&, std::size_t channels, Range lines);
  void (*channel_norm_backward)(const NormBackwardWork<T>&, std::size_t channels, Range lines);
  void (*layer_norm)(const NormWork<T>&);
  void (*layer_norm_backward)(const NormBackwardWork<T>&);
  void (*rms_norm)(const NormWork<T>&);  // without mean and shift
  void (*rms_norm_backward)(const NormBackwardWork<T>&);
  // y = x * factor + offset, column by column
  void (*affine)(Matrix<const T> x, Matrix<T> y, const T* factor, const T* offset, Range lines);
  void (*add)(Matrix<const T> a, Matrix<const T> b, Matrix<T> y, Range lines);
  void (*mean)(const MeanWork<T>&, Range lines);
  void (*mean_backward)(const MeanWork<T>&, Range lines);
  void (*prelu)(Matrix<const T> x, Matrix<T> y, const T* slope, Range lines);
  // dy becomes the gradient of x.
  void (*prelu_backward)(Matrix<const T> x, Matrix<T> dy, const T* slope, T* slope_gradient,
                         Range lines);
  void (*softmax)(Matrix<const T> x, Matrix<T> y, std::size_t columns);
  void (*softmax_backward)(Matrix<const T> y, Matrix<T> dy, std::size_t columns);
  void (*noise)(const NoiseWork<T>&, Range lines);

  void (*losses[losses::kCount])(const LossWork<T>&);

  // Gradients and weights.
  void (*column_sums)(Matrix<const T> x, T* sums, Range lines);  // sums[n] = sum over rows
  const UpdateKernels<T>* updates;  // one for each row of optimizers::kRules
  double (*sum_of_squares)(const T* values, std::size_t count);  // whole lines
  // average = decay * average + (1 - decay) * weight, for whole lines
  void (*blend)(T* average, const T* weight, T decay, std::size_t count);
  // Scales each column of a weight (in panels) down to `most` where its norm is above.
  void (*max_norm)(T* weight, std::size_t inputs, std::size_t units, T most, Range unit_lines);

  const ActivationKernels<T>& of(activations::Activation a) const {
    return activations[static_cast<std::size_t>(a)];
  }
  auto of(losses::Loss loss) const { return losses[static_cast<std::size_t>(loss)]; }
  auto update(std::size_t rule, bool prepared) const {
    return prepared ? updates[rule].prepared : updates[rule].plain;
  }
};

// The table of an instruction set that this machine has (cpu::supported), or of Isa::scalar.
template <typename T>
const Kernels<T>& kernels(cpu::Isa isa);
template <>
const Kernels<float>& kernels<float>(cpu::Isa isa);
template <>
const Kernels<double>& kernels<double>(cpu::Isa isa);

}  // namespace lithe::kernels
