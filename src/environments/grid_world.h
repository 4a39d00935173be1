// The values that learning in a grid_world must come to.
#pragma once

#include <vector>

#include "lithe/component.h"

namespace lithe::environments {

// Of each cell, row by row, the largest expected sum of discounted rewards, to 1e-12 (value
// iteration: Bellman, "Dynamic Programming", 1957); 0 at the goal, where nothing follows. Without
// slips it is discount^(distance - 1). `discount` from 0 up to 1, that excluded.
std::vector<double> optimal_values(const Component& grid_world, double discount);

}  // namespace lithe::environments
