#include "ops/convolution_form.h"

#include <algorithm>

namespace lithe::ops {

using kernels::kLine;

namespace {

// Where the weights of a kernel row stand one after another in a row of the image: a stretch of
// all columns and channels, or one for each column.
std::vector<kernels::Run> runs_of(const ConvolutionForm& f) {
  const Window& w = f.window;
  const std::size_t channels = f.image.channels;
  if (f.groups == 1 && w.dilation_columns == 1) {
    const std::size_t columns = w.columns + (f.together - 1) * w.step_columns;
    return {{0, columns * channels}};
  }
  std::vector<kernels::Run> runs;
  for (std::size_t j = 0; j < w.columns; ++j)
    runs.push_back({static_cast<std::ptrdiff_t>(j * w.dilation_columns * channels),
                    f.depthwise ? channels : f.image_channels});
  return runs;
}

// The row of the weights for a place in the window and a channel.
std::size_t weight_row(const ConvolutionForm& f, std::size_t i, std::size_t j, std::size_t c) {
  return (i * f.window.columns + j) * f.image_channels + c;
}

template <class Work>
void each_weight(const ConvolutionForm& f, const Work& work) {
  for (std::size_t group = 0; group < f.groups; ++group)
    for (std::size_t i = 0; i < f.window.rows; ++i)
      for (std::size_t j = 0; j < f.window.columns; ++j)
        for (std::size_t c = 0; c < f.image_channels; ++c)
          for (std::size_t n = 0; n < f.result_channels; ++n) work(group, i, j, c, n);
}

template <typename T>
void repack_weights(ConvolutionForm& f, const kernels::Panels<T>& parameter) {
  const kernels::Panels<T> repacked{f.window.rows * f.depth, f.units};
  f.weight_size = repacked.size();
  f.bias_size = kernels::round_up(f.units, kLine<T>);
  if (f.groups == 1 && f.together == 1) return;
  const auto index = [](std::size_t at) { return static_cast<std::uint32_t>(at); };
  each_weight(f, [&](std::size_t group, std::size_t i, std::size_t j, std::size_t c,
                     std::size_t n) {
    const std::size_t unit = group * f.result_channels + n;
    const std::size_t from = parameter.at(weight_row(f, i, j, c), unit);
    for (std::size_t p = 0; p < f.together; ++p) {
      const std::size_t row = i * f.depth + (j + p * f.window.step_columns) * f.image_channels + c;
      f.weight_repack.push_back(
          {index(group * f.weight_size + repacked.at(row, p * f.result_channels + n)),
           index(from)});
    }
  });
  for (std::size_t unit = 0; unit < f.groups * f.result_channels; ++unit)
    for (std::size_t p = 0; p < f.together; ++p) {
      const std::size_t group = unit / f.result_channels, n = unit % f.result_channels;
      f.bias_repack.push_back(
          {index(group * f.bias_size + p * f.result_channels + n), index(unit)});
    }
}

// Lines of col2im: the runs of a single column's kernel row, cut into cache lines.
template <typename T>
void repack_for_col2im(ConvolutionForm& f, const kernels::Panels<T>& parameter) {
  const Window& w = f.window;
  const bool one_run = f.groups == 1 && w.dilation_columns == 1;
  const std::size_t depth = one_run ? w.columns * f.image.channels : f.image_channels;
  const std::size_t runs = one_run ? 1 : w.columns, in_run = kernels::divide_up(depth, kLine<T>);
  for (std::size_t run = 0; run < runs; ++run)
    for (std::size_t at = 0; at < depth; at += kLine<T>)
      f.lines.push_back(
          {static_cast<std::ptrdiff_t>(run * w.dilation_columns * f.image.channels + at),
           std::min(kLine<T>, depth - at)});
  const std::size_t reach = (w.columns - 1) * w.dilation_columns + 1;
  f.gap = kernels::divide_up(reach, w.step_columns);
  f.col2im_row = kernels::row_stride<T>(w.rows * f.lines.size() * kLine<T>);
  f.col2im_size = f.result_channels * f.col2im_row;
  each_weight(f, [&](std::size_t group, std::size_t i, std::size_t j, std::size_t c,
                     std::size_t n) {
    const std::size_t value = one_run ? j * f.image_channels + c : c;
    const std::size_t line = i * f.lines.size() + (one_run ? 0 : j * in_run) + value / kLine<T>;
    const std::size_t to =
        group * f.col2im_size + n * f.col2im_row + line * kLine<T> + value % kLine<T>;
    const std::size_t from = parameter.at(weight_row(f, i, j, c), group * f.result_channels + n);
    f.col2im_repack.push_back({static_cast<std::uint32_t>(to), static_cast<std::uint32_t>(from)});
  });
}

// Counted in multiply-adds of a value in a vector, for a column of the result: those of whole
// lines, in which columns that are made together have kernel columns more; or those of the units
// alone, and as much as two for each to transpose them.
template <typename T>
bool faster_by_columns(const ConvolutionForm& f) {
  const Window& w = f.window;
  const bool fits = f.groups == 1 && w.dilation_columns == 1 &&
                    w.step_columns * f.image.channels == 1 &&
                    f.result_channels >= kernels::kLeastColumnUnits &&
                    f.result_channels <= kernels::kPanel<T> && f.result.columns >= kLine<T> / 2;
  if (!fits) return false;
  constexpr std::size_t kTransposed = 2;
  const std::size_t lines = kernels::round_up(f.units, kLine<T>) * w.rows * f.depth / f.together;
  return f.result_channels * (w.rows * w.columns + kTransposed) < lines;
}

}  // namespace

template <typename T>
ConvolutionForm form_of(const Convolution& work) {
  ConvolutionForm f{};
  f.image = work.transposed ? work.out : work.in;
  f.result = work.transposed ? work.in : work.out;
  f.window = work.window;
  f.groups = work.groups;
  f.depthwise = work.depthwise();
  f.image_channels = f.image.channels / f.groups;
  f.result_channels = f.result.channels / f.groups;
  const Window& w = f.window;
  const bool can_join = f.groups == 1 && w.dilation_columns == 1;
  f.together =
      can_join ? std::clamp<std::size_t>(kLine<T> / f.result_channels, 1, f.result.columns) : 1;
  f.columns = kernels::divide_up(f.result.columns, f.together);
  f.units = f.depthwise ? f.image.channels : f.together * f.result_channels;
  const std::size_t last = f.result.columns - (f.columns - 1) * f.together;
  f.last_units = f.depthwise ? f.units : last * f.result_channels;
  f.runs = runs_of(f);
  for (const kernels::Run& run : f.runs) f.depth += run.depth;

  f.by_columns = faster_by_columns<T>(f);
  f.column_run = {0, w.columns * f.image_channels};

  const std::size_t made = f.columns * f.together;  // of which the last may not exist
  const std::size_t reached =
      (made - 1) * w.step_columns + (w.columns - 1) * w.dilation_columns + 1;
  f.padded_columns = std::max(reached, f.image.columns + w.left);
  f.padded = w.left > 0 || reached > f.image.columns;

  if (f.depthwise) return f;
  const kernels::Panels<T> parameter{w.rows * w.columns * f.image_channels, f.result.channels};
  repack_weights<T>(f, parameter);
  repack_for_col2im<T>(f, parameter);
  return f;
}

// Counted in multiply-adds of a line, for a column of the result. Without zeros a term costs those
// of its lines, and as much as 4 to find it and to begin with it. The dense sums of several columns
// share the weights that they load, where single terms load theirs for each column: a dense
// multiply-add counts as 0.4, so that a rectifier alone, with half of its places at zero, stays
// dense.
template <typename T>
bool input_gradient_skips_zeros(const ConvolutionForm& form, double nonzero) {
  if (form.depthwise) return false;
  constexpr double kTerm = 4, kShared = 0.4;
  const auto lines = static_cast<double>(form.window.rows * form.lines.size());
  return nonzero * (lines + kTerm) < kShared * lines;
}

// Counted in multiply-adds of half a line, for a value of the result's gradient. Dense ones work on
// whole lines of units. Without zeros a term costs those of its kernel rows, 1.6 each, as they load
// from any address, and as much as 8 to find it and to begin with it; and each value, to be turned
// and looked at, as much as 1.5. The share is an estimate, so the gain must be a third.
template <typename T>
bool weight_gradient_skips_zeros(const ConvolutionForm& form, double nonzero) {
  const bool fits = !form.depthwise && form.runs.size() == 1 && form.last_units == form.units &&
                    form.columns <= kernels::kMostPlaces;
  if (!fits) return false;
  constexpr double kTerm = 8, kUnaligned = 1.6, kListed = 1.5, kGain = 0.67;
  constexpr std::size_t kHalf = kLine<T> / 2;
  const auto count = [](std::size_t n) { return static_cast<double>(n); };
  const double filled = count(form.units) / count(kernels::round_up(form.units, kLine<T>)),
               dense = count(form.window.rows * form.depth) / count(kHalf) / filled,
               halves = count(form.window.rows * kernels::divide_up(form.depth, kHalf));
  return nonzero * (kUnaligned * halves + kTerm) + kListed < kGain * dense;
}

template bool input_gradient_skips_zeros<float>(const ConvolutionForm&, double);
template bool input_gradient_skips_zeros<double>(const ConvolutionForm&, double);
template bool weight_gradient_skips_zeros<float>(const ConvolutionForm&, double);
template bool weight_gradient_skips_zeros<double>(const ConvolutionForm&, double);
template ConvolutionForm form_of<float>(const Convolution&);
template ConvolutionForm form_of<double>(const Convolution&);

}  // namespace lithe::ops
