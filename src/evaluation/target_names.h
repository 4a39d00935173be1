// What the targets of a model are called.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lithe/model.h"

namespace lithe::evaluation {

// The names of the target columns in the model's table schema; where it has none for `count`
// columns, "value", or "value 1" and so on.
std::vector<std::string> target_names(const Model& model, std::size_t count);

}  // namespace lithe::evaluation
