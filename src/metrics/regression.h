// How far predicted numbers are from the true ones.
#pragma once

#include <cstddef>
#include <vector>

#include "lithe/figures.h"

namespace lithe::metrics {

// Both have as many values, at least one.
ValueFigures value_figures(const std::vector<double>& predicted, const std::vector<double>& truth);

}  // namespace lithe::metrics
