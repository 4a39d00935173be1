// The optimal values of grid_world, which tests compare learned values with.
#pragma once

#include <vector>

#include "lithe/component.h"

namespace lithe::environments {

// The optimal value of each cell, row by row, to 1e-12 (value iteration: Bellman, "Dynamic
// Programming", 1957); 0 at the goal, which is terminal. Without slips it is gamma^(distance - 1).
// gamma must be in [0, 1).
std::vector<double> optimal_values(const Component& grid_world, double gamma);

}  // namespace lithe::environments
