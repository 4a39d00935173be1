// Some rows of examples, copied.
#pragma once

#include <cstdint>
#include <span>

#include "data/tables/table_part.h"
#include "lithe/dataset.h"

namespace lithe::data {

// A copy of these rows, with memory of its own.
TablePart take_rows(const Examples& examples, std::span<const std::uint32_t> rows);

}  // namespace lithe::data
