// Divides the rows of a file into those to train on and those to test on.
#pragma once

#include <filesystem>

#include "data/tables/table_part.h"
#include "lithe/table.h"

namespace lithe::data {

// Two parts as a table.
TableData combine(const std::filesystem::path& path, TablePart train, const TablePart& test);

// The table with what the options say of how its test part was drawn.
TableData with_share(TableData table, const TableOptions& options);

// As the options say: a share, or a fold of a cross-validation.
TableData divide(const std::filesystem::path& path, TablePart whole, const TableOptions& options);

// A file that a model is shown: divided as it was for training if it is that file by its digest,
// else all of its rows are to test on.
TableData divide_again(const std::filesystem::path& path, TablePart whole,
                       const TableOptions& options);

}  // namespace lithe::data
