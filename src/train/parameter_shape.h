// The shape of a parameter as files and people have it.
#pragma once

#include <cstddef>
#include <vector>

#include "graph/graph.h"

namespace lithe::train {

inline std::vector<std::size_t> shape_of(const graph::ParameterSpec& spec) {
  if (spec.kind == graph::ParameterKind::weight) return {spec.rows, spec.columns};
  return {spec.columns};
}

}  // namespace lithe::train
