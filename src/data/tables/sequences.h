// Sequences of unequal length as rows: padded with zeros to the same number of positions.
#pragma once

#include <filesystem>

#include "data/tables/npy.h"
#include "data/tables/table_part.h"
#include "data/tables/ts.h"

namespace lithe::data {

// Reads a .ts file, and TableOptions::test_file where there is one. With `form`, the sequences must
// have the channels that the model takes, and are padded to its positions at least. Throws what
// parse_ts throws.
TableParts read_sequences(const std::filesystem::path& path, const TableOptions& options,
                          const ArrayForm* form);

// Says of the examples of an archive where each ends. Throws Error(data) unless `lengths` has a
// whole number for each example, from 1 to the positions that it has.
void add_npy_lengths(const NpyArray& lengths, TablePart& part);

}  // namespace lithe::data
