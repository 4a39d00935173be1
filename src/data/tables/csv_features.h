// The last step of reading CSV: what replaces missing values, categories in order, and the features
// as the network gets them.
#pragma once

#include <string>

#include "data/tables/csv_layout.h"
#include "data/tables/csv_rows.h"
#include "data/tables/table_part.h"

namespace lithe::data {

// Empties `rows` on the way. `known`: the layout's schema is complete; else it is completed here.
TablePart make_csv_part(CsvRows& rows, CsvLayout& layout, const TableOptions& options, bool known,
                        const std::string& file);

}  // namespace lithe::data
