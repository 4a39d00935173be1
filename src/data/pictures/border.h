// The grey level of an image's border.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace lithe::data {

// The median of the outermost pixels, each counted once; `at(y, x)` is the value of one. There is
// at least one.
template <class At>
auto border_median(std::size_t height, std::size_t width, const At& at) {
  std::vector<decltype(at(0, 0))> border;
  for (std::size_t y = 0; y < height; ++y) {
    const bool is_edge = y == 0 || y + 1 == height;
    const std::size_t step = is_edge ? 1 : std::max<std::size_t>(width - 1, 1);
    for (std::size_t x = 0; x < width; x += step) border.push_back(at(y, x));
  }
  const auto middle = border.begin() + static_cast<std::ptrdiff_t>(border.size() / 2);
  std::nth_element(border.begin(), middle, border.end());
  return *middle;
}

}  // namespace lithe::data
