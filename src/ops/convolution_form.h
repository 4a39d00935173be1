// How a convolution is computed: which columns are made together, in what order the weights stand
// for each direction, and whether the image must be copied with zero padding.
//
// A convolution looks from an image at its result; a transposed one goes the other way round, with
// the same form.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/convolution.h"
#include "kernels/layout.h"
#include "ops/convolution.h"

namespace lithe::ops {

// Where a value of an array goes to in a rearranged one.
struct Repack {
  std::uint32_t to, from;
};

struct ConvolutionForm {
  ImageSize image, result;
  Window window;
  std::size_t groups, image_channels, result_channels;  // the last two of a group
  bool depthwise;

  // Neighbouring columns of the result that are made together, since a column alone would leave
  // most of a cache line empty.
  std::size_t together;
  std::size_t columns;  // of such
  std::size_t units, last_units;
  std::vector<kernels::Run> runs;
  std::size_t depth;  // of all runs

  // Where few units would leave most of a line empty even so, the results of one channel are made
  // with vectors of columns, from the weights as they are.
  bool by_columns;
  kernels::Run column_run;

  // Columns of a zero-padded row of the image, the first `window.left` of them zeros.
  std::size_t padded_columns;
  bool padded;  // the image is copied with zero padding

  // The weights, biases and their gradients as the correlation takes them, group by group:
  // repacked, or as they are, where the lists are empty.
  std::size_t weight_size, bias_size;  // of a group
  std::vector<Repack> weight_repack, bias_repack;
  // The weights for col2im, the backward pass to the image.
  std::vector<kernels::Col2imLine> lines;  // of a kernel row
  std::size_t gap;
  std::size_t col2im_row;   // of the lines of a channel of the result
  std::size_t col2im_size;  // of a group
  std::vector<Repack> col2im_repack;

  bool repacked() const { return !weight_repack.empty(); }
  // The weights of a group, unit by unit.
  template <typename T>
  std::size_t turned_size() const {
    return units * window.rows * kernels::turned_row<T>(depth);
  }
  std::size_t image_row() const {
    return (padded ? padded_columns : image.columns) * image.channels;
  }
  std::size_t padded_size() const { return image.rows * padded_columns * image.channels; }
};

template <typename T>
ConvolutionForm form_of(const Convolution& work);

// Whether the zeros of the gradient of the result are left out of the gradient of the input, or of
// the weights, where this share of it is not zero.
template <typename T>
bool input_gradient_skips_zeros(const ConvolutionForm& form, double nonzero);
template <typename T>
bool weight_gradient_skips_zeros(const ConvolutionForm& form, double nonzero);

}  // namespace lithe::ops
