// The stages of convolutions, which go image by image and share the images, except the gradient of
// weights, of which threads take shares.
#pragma once

#include <algorithm>

#include "kernels/table.h"
#include "plan/convolution_form.h"
#include "plan/layer_stages.h"

namespace lithe::plan {

// Rearranges weights: before every step where they are learned, before a run where they are not.
template <typename T>
class MoveStage final : public Stage<T> {
 public:
  struct Part {
    const std::vector<Move>* moves;
    const T* from;
    T* to;  // zero where nothing goes
    std::size_t size;
  };
  MoveStage(std::vector<Part> parts, bool every_step)
      : parts_(std::move(parts)), every_step_(every_step) {}

  void prime(const Batch<T>&) override {
    for (const Part& part : parts_) std::fill_n(part.to, part.size, T{0});
    move();
  }
  void run(const Batch<T>&, Share) override {
    if (every_step_) move();
  }

 private:
  void move() const {
    for (const Part& part : parts_)
      for (const Move& move : *part.moves) part.to[move.to] = part.from[move.from];
  }

  std::vector<Part> parts_;
  bool every_step_;
};

// What a convolution's stages work with. Weights and biases are moved already.
template <typename T>
struct ConvolutionWork {
  const ConvolutionForm* form;
  const kernels::Kernels<T>* kernels;
  Values<T> image, result;  // or their gradients
  const T* weight;          // for the correlation
  const T* bias;            // the same; of a transposed convolution as it is learned; or null
  const T* spread;          // for the way back
  T* scratch;               // padded_size for each thread; or null

  T* image_at(const Batch<T>& batch, std::size_t i) const { return image.of(batch).row(i); }
  T* result_at(const Batch<T>& batch, std::size_t i) const { return result.of(batch).row(i); }
  T* own_scratch(std::size_t part) const { return scratch + part * scratch_size(*form); }

  static std::size_t scratch_size(const ConvolutionForm& form) {
    return form.padded
               ? kernels::round_up(form.padded_size() + kernels::kPanel<T>, kernels::kLine<T>)
               : 0;
  }

  // The image between zeros, where it needs them.
  const T* padded(const T* x, std::size_t part) const {
    const ConvolutionForm& f = *form;
    if (!f.padded) return x;
    T* const scratch_image = own_scratch(part);
    const std::size_t row = f.image_row(), before = f.window.left * f.image.channels,
                      values = f.image.columns * f.image.channels;
    for (std::size_t r = 0; r < f.image.rows; ++r) {
      T* const to = scratch_image + r * row;
      std::fill_n(to, before, T{0});
      std::copy_n(x + r * values, values, to + before);
      std::fill(to + before + values, to + row, T{0});
    }
    return scratch_image;
  }

  kernels::Correlation<T> correlation(std::size_t group) const {
    const ConvolutionForm& f = *form;
    kernels::Correlation<T> c{};
    c.x_rows = f.image.rows, c.x_row = f.image_row();
    c.x_column = f.together * f.window.step_columns * f.image.channels;
    c.rows = f.result.rows, c.columns = f.columns;
    c.row_step = f.window.step_rows;
    c.top = -static_cast<std::ptrdiff_t>(f.window.top);
    c.kernel_step = f.window.dilation_rows, c.kernel_rows = f.window.rows;
    c.run = f.runs.data(), c.runs = f.runs.size(), c.depth = f.depth;
    c.weight = weight == nullptr ? nullptr : weight + group * f.weight_size;
    c.bias = bias == nullptr ? nullptr : bias + group * f.bias_size;
    c.y_row = f.result.columns * f.result.channels;
    c.y_column = f.together * f.result.channels;
    c.units = f.units, c.last_units = f.last_units;
    return c;
  }

  // result = correlation of an image with the weights
  void correlate(const T* x, T* y, std::size_t part) const {
    const ConvolutionForm& f = *form;
    const T* const from = padded(x, part);
    for (std::size_t group = 0; group < (f.depthwise ? 1 : f.groups); ++group) {
      kernels::Correlation<T> c = correlation(group);
      c.x = from + group * f.image_channels;
      c.y = y + group * f.result_channels;
      (f.depthwise ? kernels->depthwise : kernels->correlate)(c);
    }
  }

  // image = `start`, channel by channel, or 0, + the way back of a result
  void spread_back(const T* y, T* x, const T* start, std::size_t part) const {
    const ConvolutionForm& f = *form;
    T* const to = f.padded ? own_scratch(part) : x;
    const std::size_t row = f.image_row(), channels = f.image.channels;
    for (std::size_t at = 0; at < f.image.rows * row; at += channels)
      for (std::size_t c = 0; c < channels; ++c) to[at + c] = start == nullptr ? T{0} : start[c];
    if (f.depthwise) {
      kernels->depthwise_spread(correlation(0), to, y);
    } else {
      for (std::size_t group = 0; group < f.groups; ++group)
        kernels->spread(spreading(y, to, group));
    }
    for (std::size_t r = 0; f.padded && r < f.image.rows; ++r)
      std::copy_n(to + r * row + f.window.left * channels, f.image.columns * channels,
                  x + r * f.image.columns * channels);
  }

  kernels::Spread<T> spreading(const T* y, T* to, std::size_t group) const {
    const ConvolutionForm& f = *form;
    kernels::Spread<T> s{};
    s.x = to + group * f.image_channels;
    s.x_rows = f.image.rows, s.x_row = f.image_row();
    s.x_column = f.window.step_columns * f.image.channels;
    s.rows = f.result.rows, s.columns = f.result.columns, s.row_step = f.window.step_rows;
    s.top = -static_cast<std::ptrdiff_t>(f.window.top);
    s.kernel_step = f.window.dilation_rows, s.kernel_rows = f.window.rows;
    s.gap = f.gap, s.line = f.lines.data(), s.lines = f.lines.size();
    s.weight = spread + group * f.spread_size;
    s.depth = f.result_channels;
    s.dy = y + group * f.result_channels;
    s.dy_row = f.result.columns * f.result.channels, s.dy_column = f.result.channels;
    return s;
  }
};

// The result from the image, or the image from the result, image by image, and what goes along.
template <typename T, bool kSpread>
class ConvolutionStage final : public Stage<T> {
 public:
  explicit ConvolutionStage(ConvolutionWork<T> work) : work_(work) {}

  void run(const Batch<T>& batch, Share share) override {
    const kernels::Range rows = kernels::share(batch.rows, share.part, share.parts);
    for (std::size_t i = rows.begin; i < rows.end; ++i) {
      T *const image = work_.image_at(batch, i), *const result = work_.result_at(batch, i);
      if constexpr (kSpread)
        work_.spread_back(result, image, work_.bias, share.part);
      else
        work_.correlate(image, result, share.part);
      this->run_rows(batch, {i, i + 1}, share.part);
    }
  }

 private:
  ConvolutionWork<T> work_;
};

// The gradient of the weights, in the order that the correlation takes them, and of the bias where
// it belongs to the result.
template <typename T>
class KernelGradientStage final : public Stage<T> {
 public:
  KernelGradientStage(ConvolutionWork<T> work, T* weight, T* bias)
      : work_(work), weight_(weight), bias_(bias) {}

  void run(const Batch<T>& batch, Share share) override {
    const ConvolutionForm& f = *work_.form;
    const kernels::Correlation<T> sizes = work_.correlation(0);
    const std::size_t pieces = f.depthwise ? kernels::divide_up(f.units, kernels::kLine<T>)
                                           : work_.kernels->weight_tiles(sizes);
    const kernels::Range own = kernels::share(pieces, share.part, share.parts);
    if (own.begin == own.end) return;
    for (std::size_t i = 0; i < batch.rows; ++i) {
      const T* const x = work_.padded(work_.image_at(batch, i), share.part);
      const T* const dy = work_.result_at(batch, i);
      for (std::size_t group = 0; group < (f.depthwise ? 1 : f.groups); ++group) {
        kernels::KernelGradient<T> g{};
        g.form = work_.correlation(group);
        g.form.x = x + group * f.image_channels;
        g.dy = dy + group * f.result_channels;
        g.weight = weight_ + group * f.weight_size;
        g.bias = bias_ == nullptr ? nullptr : bias_ + group * f.bias_size;
        g.first = i == 0;
        (f.depthwise ? work_.kernels->depthwise_gradient : work_.kernels->kernel_gradient)(g, own);
      }
    }
  }

 private:
  ConvolutionWork<T> work_;
  T *weight_, *bias_;
};

// Sums of the gradient of images over their pixels: that of a transposed convolution's bias, or of
// what was made for each column.
template <typename T>
void channel_sums(kernels::Matrix<const T> dy, std::size_t pixels, std::size_t channels, T* sums) {
  std::fill_n(sums, channels, T{0});
  for (std::size_t i = 0; i < dy.rows; ++i)
    for (std::size_t p = 0; p < pixels; ++p)
      for (std::size_t c = 0; c < channels; ++c) sums[c] += dy.row(i)[p * channels + c];
}

// Adds up a gradient in the learned order from one in the moved order.
template <typename T>
void fold(const std::vector<Move>& moves, const T* moved, T* learned, std::size_t size) {
  std::fill_n(learned, size, T{0});
  for (const Move& move : moves) learned[move.from] += moved[move.to];
}

}  // namespace lithe::plan
