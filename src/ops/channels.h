// Sums over the pixels of images.
#pragma once

#include <algorithm>

#include "kernels/table.h"

namespace lithe::ops {

// The sum of each channel over all pixels of all rows.
template <typename T>
void channel_sums(kernels::Matrix<const T> images, std::size_t pixels, std::size_t channels,
                  T* sums) {
  std::fill_n(sums, channels, T{0});
  for (std::size_t i = 0; i < images.rows; ++i)
    for (std::size_t p = 0; p < pixels; ++p)
      for (std::size_t c = 0; c < channels; ++c) sums[c] += images.row(i)[p * channels + c];
}

}  // namespace lithe::ops
