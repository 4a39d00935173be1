// embed_columns: some columns of a row hold numbers of categories, and become learned numbers.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace lithe::ops {

// Of each value of an example that comes in: whether it is the number of a category for such an
// operation, directly or behind `standardize`.
std::vector<bool> holds_categories(const graph::Graph& graph);

}  // namespace lithe::ops
