// CSV files as tables of numbers, read in one pass at the speed of one core.
#pragma once

#include <string>
#include <string_view>

#include "data/tables/table_part.h"
#include "lithe/table.h"

namespace lithe::data {

// Learns a schema from the text, or reads it by the one `known`. Throws Error(data).
TablePart parse_csv(std::string_view text, const std::string& name, const TableOptions& options,
                    const TableSchema* known = nullptr);

}  // namespace lithe::data
