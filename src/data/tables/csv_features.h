// The last steps of reading CSV: a schema from the rows to train on, and the features as the
// network gets them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/examples/split.h"
#include "data/tables/csv_layout.h"
#include "data/tables/csv_rows.h"
#include "data/tables/table_part.h"

namespace lithe::data {

// Completes the layout's schema from the rows to train on, and says what each column was
// taken for. `uses`: of each row.
std::vector<ColumnSummary> learn_schema(const CsvRows& rows, std::span<const RowUse> uses,
                                        CsvLayout& layout, const TableOptions& options,
                                        const std::string& file);

// Empties `rows` on the way. Rows of no use are left out.
TableParts make_parts(CsvRows& rows, const Answers& answers, std::span<const RowUse> uses,
                      const CsvLayout& layout, const TableOptions& options,
                      const std::string& file);

}  // namespace lithe::data
