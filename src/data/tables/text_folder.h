// A folder of texts as a table: a row for each file, with its text and its class.
#pragma once

#include <filesystem>

#include "data/tables/table_part.h"

namespace lithe::data {

// As parse_csv() reads such a table. Throws Error(data) that names the file for a text that is not
// UTF-8, and for a class that the schema does not have.
TableParts read_text_folder(const std::filesystem::path& folder, const TableOptions& options,
                            const TableSchema* known);

}  // namespace lithe::data
