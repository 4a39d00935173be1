// CSV files as tables of numbers.
//
//   text -> dialect (where the table begins, delimiter, header) -> survey of the first rows
//        -> layout (what each column is) -> rows -> schema, from the rows to train on -> features
//
// A file is read in one pass at the speed of one core. Where a cell far down does not fit what the
// first rows looked like, all rows are surveyed, and the file is read once more.
#pragma once

#include <string>
#include <string_view>

#include "data/tables/table_part.h"
#include "lithe/table.h"

namespace lithe::data {

// Learns a schema from the text, and holds rows out as the options say unless they name a test
// file; or reads it by the schema `known`: all rows are the test part then. Throws Error(data).
TableParts parse_csv(std::string_view text, const std::string& name, const TableOptions& options,
                     const TableSchema* known = nullptr);

}  // namespace lithe::data
