// The LIBSVM format: a line a row, "label index:value index:value", indices ascending and from 1,
// or from 0 where an index is 0; what is not written is 0, # begins a comment, "qid:n" before the
// entries is ignored. Read into a dense table.
#pragma once

#include <string>
#include <string_view>

#include "data/tables/table_part.h"
#include "lithe/table.h"

namespace lithe::data {

// Learns a schema, or reads by the one `known`. Throws Error(data); its column is a character's.
TablePart parse_libsvm(std::string_view text, const std::string& name, const TableOptions& options,
                       const TableSchema* known = nullptr);

}  // namespace lithe::data
