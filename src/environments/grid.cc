#include "environments/grid.h"

#include <fmt/format.h>

#include <algorithm>

#include "lithe/error.h"

namespace lithe::environments {

Grid read_grid(const Component& sentence, std::size_t least, std::size_t most) {
  const Shape& shape = sentence.shape("grid");
  const bool fits = shape.sizes.size() == 2 &&
                    std::all_of(shape.sizes.begin(), shape.sizes.end(),
                                [&](std::size_t size) { return size >= least && size <= most; });
  if (!fits)
    throw Error(ErrorKind::sentence,
                fmt::format("{} on a grid of {}", sentence.name, shape.to_string()), {},
                fmt::format("rows x columns, each from {} to {}", least, most));
  return {shape.sizes[0], shape.sizes[1]};
}

}  // namespace lithe::environments
