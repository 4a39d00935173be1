// How a convolution is computed: which columns are made together, in what order the weights stand
// for each direction, and what of the image must be copied between zeros.
//
// A convolution looks from an image at its result; a transposed one goes the other way round, with
// the same form.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"
#include "kernels/convolution.h"
#include "kernels/layout.h"

namespace lithe::plan {

// Where a value of an array goes to in a rearranged one.
struct Move {
  std::uint32_t to, from;
};

struct ConvolutionForm {
  graph::ImageSize image, result;
  graph::Window window;
  std::size_t groups, image_channels, result_channels;  // the last two of a group
  bool depthwise;

  // Neighbouring columns of the result that are made together, since a column alone would leave
  // most of a cache line empty.
  std::size_t together;
  std::size_t columns;  // of such
  std::size_t units, last_units;
  std::vector<kernels::Run> runs;
  std::size_t depth;  // of all runs

  // A row of the image between zeros: so many columns, the first `window.left` of them zeros.
  std::size_t padded_columns;
  bool padded;  // or the image is as good as it is

  // The weights, biases and their gradients as the correlation takes them, group by group: moved,
  // or as they are, where there are no moves.
  std::size_t weight_size, bias_size;  // of a group
  std::vector<Move> weight_moves, bias_moves;
  // The weights for the way back.
  std::vector<kernels::SpreadLine> lines;  // of a kernel row
  std::size_t gap;
  std::size_t spread_size;  // of a group
  std::vector<Move> spread_moves;

  bool moved() const { return !weight_moves.empty(); }
  std::size_t image_row() const {
    return (padded ? padded_columns : image.columns) * image.channels;
  }
  std::size_t padded_size() const { return image.rows * padded_columns * image.channels; }
};

template <typename T>
ConvolutionForm form_of(const graph::Convolution& work);

}  // namespace lithe::plan
