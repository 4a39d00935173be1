// NumPy's .npz: a zip archive of .npy files, of which up to four make a data set.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "data/tables/table_part.h"
#include "lithe/table.h"

namespace lithe::data {

// x_train, y_train, x_test and y_test (of which the answers and the test part may lack), else x and
// y; the names are TableOptions's. Without test arrays the second part has no rows.
std::pair<TablePart, TablePart> parse_npz(std::span<const std::uint8_t> file,
                                          const std::string& name, const TableOptions& options);

}  // namespace lithe::data
