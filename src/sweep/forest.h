// A random forest for regression on the unit cube, and the variance that each coordinate accounts
// for in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lithe::sweep {

// A leaf: a box of the cube, and the mean of what fell into it.
struct Leaf {
  std::vector<double> low, high;
  double value = 0;
};
using Tree = std::vector<Leaf>;

struct Forest {
  std::vector<Tree> trees;
  double explained = 0;  // R² for rows that a tree has not seen
};

// `rows`: points of the cube. The same seed gives the same forest.
Forest grow_forest(const std::vector<std::vector<double>>& rows, const std::vector<double>& values,
                   std::uint64_t seed);

// The first-order shares of a tree's variance over the cube, one for each coordinate; empty for a
// tree that is constant.
std::vector<double> variance_shares(const Tree& tree);

}  // namespace lithe::sweep
