// Rows of a table as windows (WindowOptions).
#pragma once

#include "lithe/table.h"

namespace lithe::data {

// What cannot go together with windows is refused: Error(usage).
void check_window_options(const TableOptions& options);

// The rows of both parts as windows. Throws Error(data) where a part has some rows, and not enough
// for a window. `known`: the windows are those of a model.
void take_windows(TableData& table, const TableOptions& options, bool known);

}  // namespace lithe::data
