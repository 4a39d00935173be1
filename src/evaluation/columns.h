// What a model makes of the columns of its table.
#pragma once

#include <vector>

#include "lithe/evaluation_report.h"

namespace lithe::evaluation {

// Permutation importance of each column, the most important first, and the partial dependence on
// the first of them. Nothing where the model has no schema, or the examples are not its table's.
ColumnsReport report_columns(const Model& model, const Examples& examples);

}  // namespace lithe::evaluation
