// standardize: (input - mean) / deviation, column by column; both come from the data.
#pragma once

#include <optional>

#include "graph/op.h"

namespace lithe::ops {

struct StandardizeParameters {
  graph::ParameterId mean, deviation;
};

// The parameters of an operation that standardizes; none of others.
std::optional<StandardizeParameters> as_standardize(const graph::Op& op);

}  // namespace lithe::ops
