// The stages of convolutions, which go image by image and share the images, except the gradient of
// weights, of which threads take shares.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/table.h"
#include "ops/channels.h"
#include "ops/convolution_form.h"
#include "plan/values.h"

namespace lithe::ops {

using plan::Batch, plan::Share, plan::Stage, plan::Values;

// Repacks weights: before every step where they are trained, before a run where they are not.
template <typename T>
class RepackStage final : public Stage<T> {
 public:
  struct Part {
    const std::vector<Repack>* places;
    const T* from;
    T* to;  // zero where nothing goes
    std::size_t size;
  };
  // The parts point into `form`.
  RepackStage(std::shared_ptr<const ConvolutionForm> form, std::vector<Part> parts, bool every_step)
      : form_(std::move(form)), parts_(std::move(parts)), every_step_(every_step) {}

  void prime(const Batch<T>&) override {
    for (const Part& part : parts_) std::fill_n(part.to, part.size, T{0});
    repack();
  }
  void run(const Batch<T>&, Share) override {
    if (every_step_) repack();
  }

 private:
  void repack() const {
    for (const Part& part : parts_)
      for (const Repack& place : *part.places) part.to[place.to] = part.from[place.from];
  }

  std::shared_ptr<const ConvolutionForm> form_;
  std::vector<Part> parts_;
  bool every_step_;
};

// What a convolution's stages work with. Weights and biases are repacked already.
template <typename T>
struct ConvolutionOperands {
  std::shared_ptr<const ConvolutionForm> form;
  const kernels::Kernels<T>* kernels;
  Values<T> image, result;  // or their gradients
  const T* weight;          // for the correlation
  const T* bias;            // the same; of a transposed convolution the parameter itself; or null
  const T* col2im_weight;   // for col2im
  T* scratch;               // padded_size for each thread; or null
  bool skips_zeros;         // of the gradient of the result, in the backward pass
  bool by_columns;          // the correlation, which takes weights and biases as they are then

  T* image_at(const Batch<T>& batch, std::size_t i) const { return image.of(batch).row(i); }
  T* result_at(const Batch<T>& batch, std::size_t i) const { return result.of(batch).row(i); }
  T* own_scratch(std::size_t part) const { return scratch + part * scratch_size(*form); }

  static std::size_t scratch_size(const ConvolutionForm& form) {
    return form.padded
               ? kernels::round_up(form.padded_size() + kernels::kPanel<T>, kernels::kLine<T>)
               : 0;
  }

  // The image with zero padding, where it needs that.
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

  // The same column by column, with the weights as they are.
  kernels::Correlation<T> column_correlation() const {
    const ConvolutionForm& f = *form;
    kernels::Correlation<T> c = correlation(0);
    c.x_column = 1, c.columns = f.result.columns;
    c.run = &f.column_run, c.runs = 1, c.depth = f.column_run.depth;
    c.y_column = c.units = c.last_units = f.result.channels;
    return c;
  }

  // result = correlation of an image with the weights
  void correlate(const T* x, T* y, std::size_t part) const {
    const ConvolutionForm& f = *form;
    const T* const from = padded(x, part);
    if (by_columns) {
      kernels::Correlation<T> c = column_correlation();
      c.x = from, c.y = y;
      return kernels->correlate_columns(c);
    }
    for (std::size_t group = 0; group < (f.depthwise ? 1 : f.groups); ++group) {
      kernels::Correlation<T> c = correlation(group);
      c.x = from + group * f.image_channels;
      c.y = y + group * f.result_channels;
      (f.depthwise ? kernels->depthwise : kernels->correlate)(c);
    }
  }

  // image = `start`, channel by channel, or 0, + the gradient that a result sends back to it
  void col2im(const T* y, T* x, const T* start, std::size_t part) const {
    const ConvolutionForm& f = *form;
    T* const to = f.padded ? own_scratch(part) : x;
    const std::size_t row = f.image_row(), channels = f.image.channels;
    for (std::size_t at = 0; at < f.image.rows * row; at += channels)
      for (std::size_t c = 0; c < channels; ++c) to[at + c] = start == nullptr ? T{0} : start[c];
    if (f.depthwise) {
      kernels->depthwise_col2im(correlation(0), to, y);
    } else {
      for (std::size_t group = 0; group < f.groups; ++group)
        (skips_zeros ? kernels->col2im_nonzero : kernels->col2im)(col2im_work(y, to, group));
    }
    for (std::size_t r = 0; f.padded && r < f.image.rows; ++r)
      std::copy_n(to + r * row + f.window.left * channels, f.image.columns * channels,
                  x + r * f.image.columns * channels);
  }

  kernels::Col2im<T> col2im_work(const T* y, T* to, std::size_t group) const {
    const ConvolutionForm& f = *form;
    kernels::Col2im<T> s{};
    s.x = to + group * f.image_channels;
    s.x_rows = f.image.rows, s.x_row = f.image_row();
    s.x_column = f.window.step_columns * f.image.channels;
    s.rows = f.result.rows, s.columns = f.result.columns, s.row_step = f.window.step_rows;
    s.top = -static_cast<std::ptrdiff_t>(f.window.top);
    s.kernel_step = f.window.dilation_rows, s.kernel_rows = f.window.rows;
    s.gap = f.gap, s.line = f.lines.data(), s.lines = f.lines.size();
    s.weight = col2im_weight + group * f.col2im_size, s.weight_row = f.col2im_row;
    s.depth = f.result_channels;
    s.dy = y + group * f.result_channels;
    s.dy_row = f.result.columns * f.result.channels, s.dy_column = f.result.channels;
    return s;
  }
};

// The result from the image, or (col2im) the image from the result, image by image, with epilogue.
template <typename T, bool kCol2im>
class ConvolutionStage final : public Stage<T> {
 public:
  explicit ConvolutionStage(ConvolutionOperands<T> work) : work_(work) {}

  void run(const Batch<T>& batch, Share share) override {
    const kernels::Range rows = kernels::share(batch.rows, share.part, share.parts);
    for (std::size_t i = rows.begin; i < rows.end; ++i) {
      T *const image = work_.image_at(batch, i), *const result = work_.result_at(batch, i);
      if constexpr (kCol2im)
        work_.col2im(result, image, work_.bias, share.part);
      else
        work_.correlate(image, result, share.part);
      this->run_epilogue_rows(batch, {i, i + 1}, share.part);
    }
  }

 private:
  ConvolutionOperands<T> work_;
};

// The gradient of the weights, in the order that the correlation takes them, and of the bias where
// it belongs to the result. `turned`: room for that of the weights unit by unit, where the zeros in
// the gradient of the result are left out.
template <typename T>
class KernelGradientStage final : public Stage<T> {
 public:
  KernelGradientStage(ConvolutionOperands<T> work, T* weight, T* bias, T* turned)
      : work_(work), weight_(weight), bias_(bias), turned_(turned) {}

  void run(const Batch<T>& batch, Share share) override {
    const kernels::Range own = kernels::share(pieces(), share.part, share.parts);
    if (own.begin == own.end) return;
    for (std::size_t i = 0; i < batch.rows; ++i) {
      const T* const x = work_.padded(work_.image_at(batch, i), share.part);
      const T* const dy = work_.result_at(batch, i);
      for (std::size_t group = 0; group < groups(); ++group) add(x, dy, group, own, i == 0);
    }
    if (turned_ != nullptr)
      for (std::size_t group = 0; group < groups(); ++group) turn_back(group, units(own));
  }

 private:
  // Units whose gradients are turned together, without zeros.
  static constexpr std::size_t kUnits = 4;

  std::size_t groups() const { return work_.form->depthwise ? 1 : work_.form->groups; }
  // What threads take shares of: lines of channels, units, or tiles of weights.
  std::size_t pieces() const {
    const ConvolutionForm& f = *work_.form;
    if (f.depthwise) return kernels::divide_up(f.units, kernels::kLine<T>);
    if (turned_ != nullptr) return kernels::divide_up(f.units, kUnits);
    return work_.kernels->weight_tiles(work_.correlation(0));
  }
  kernels::Range units(kernels::Range own) const {
    return {own.begin * kUnits, std::min(own.end * kUnits, work_.form->units)};
  }

  // What an image adds to the gradients of a group.
  void add(const T* x, const T* dy, std::size_t group, kernels::Range own, bool first) const {
    const ConvolutionForm& f = *work_.form;
    kernels::KernelGradient<T> g{};
    g.form = work_.correlation(group);
    g.form.x = x + group * f.image_channels;
    g.dy = dy + group * f.result_channels;
    g.weight = weight_ + group * f.weight_size;
    g.bias = bias_ == nullptr ? nullptr : bias_ + group * f.bias_size;
    g.first = first;
    if (f.depthwise) return work_.kernels->depthwise_gradient(g, own);
    if (turned_ != nullptr) {
      g.weight = turned_ + group * f.turned_size<T>();
      work_.kernels->kernel_gradient_nonzero(g, units(own));
    } else {
      work_.kernels->kernel_gradient(g, own);
    }
    if (own.begin == 0 && g.bias != nullptr) work_.kernels->kernel_bias_gradient(g);
  }

  // From unit by unit to the order of the correlation, with zeros behind the last unit.
  void turn_back(std::size_t group, kernels::Range units) const {
    const ConvolutionForm& f = *work_.form;
    const std::size_t rows = f.window.rows * f.depth, row = kernels::turned_row<T>(f.depth);
    const kernels::Panels<T> panels{rows, f.units};
    T* const to = weight_ + group * f.weight_size;
    const std::size_t end = units.end == f.units ? panels.padded_columns() : units.end;
    for (std::size_t n = units.begin; n < end; ++n) {
      const T* from = turned_ + group * f.turned_size<T>() + n * f.window.rows * row;
      for (std::size_t i = 0; i < f.window.rows; ++i, from += row)
        for (std::size_t k = 0; k < f.depth; ++k)
          to[panels.at(i * f.depth + k, n)] = n < units.end ? from[k] : T{0};
    }
  }

  ConvolutionOperands<T> work_;
  T *weight_, *bias_, *turned_;
};

// Adds up a gradient in the parameter's order from one in the repacked order.
template <typename T>
void unpack(const std::vector<Repack>& places, const T* repacked, T* gradient, std::size_t size) {
  std::fill_n(gradient, size, T{0});
  for (const Repack& place : places) gradient[place.from] += repacked[place.to];
}

}  // namespace lithe::ops
