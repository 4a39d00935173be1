// Grids, for environments that have one.
#pragma once

#include <cstddef>
#include <string>

#include "lithe/component.h"

namespace lithe::environments {

// Directions, clockwise: up, right, down, left; rows are counted from the top.
inline constexpr int kRowStep[] = {-1, 0, 1, 0}, kColumnStep[] = {0, 1, 0, -1};

struct Grid {
  std::size_t rows, columns;
  std::size_t cells() const { return rows * columns; }
};

// The argument `grid` of a sentence. Throws Error(sentence) unless it has two sizes from `least` to
// `most`.
Grid read_grid(const Component& sentence, std::size_t least, std::size_t most);

}  // namespace lithe::environments
