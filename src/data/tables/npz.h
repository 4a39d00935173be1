// NumPy's .npz: a zip archive of .npy files, of which up to four make a data set.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "data/tables/table_part.h"
#include "lithe/table.h"

namespace lithe::data {

// The arrays that choose_arrays() finds, of which the answers and the test part may lack. Without
// test arrays the second part has no rows. `form`: as for make_npy_part().
std::pair<TablePart, TablePart> parse_npz(std::span<const std::uint8_t> file,
                                          const std::string& name, const TableOptions& options,
                                          const ArrayForm* form = nullptr);

}  // namespace lithe::data
