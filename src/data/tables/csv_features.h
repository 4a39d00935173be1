// The last steps of reading CSV: a schema from the rows to train on, and the features as the
// network gets them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/tables/csv_layout.h"
#include "data/tables/csv_rows.h"
#include "data/tables/table_part.h"

namespace lithe::data {

// Completes the layout's schema from the rows that `held_out`, ascending, does not name, and says
// what each column was taken for.
std::vector<ColumnSummary> learn_schema(const CsvRows& rows,
                                        std::span<const std::uint32_t> held_out, CsvLayout& layout,
                                        const TableOptions& options, const std::string& file);

// Empties `rows` on the way. The rows of `held_out` become `test`, the others `train`.
TableParts make_parts(CsvRows& rows, Answers answers, std::span<const std::uint32_t> held_out,
                      const CsvLayout& layout, const TableOptions& options,
                      const std::string& file);

}  // namespace lithe::data
