// Rows of a table that follow one another in time: one series, or several beside one another.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/examples/split.h"
#include "lithe/table.h"

namespace lithe::data {

// `series`: that of each row, or nothing where all are one. `times`: one for each row.

// Throws Error(data) that names the first row that is not later than the one before it in its
// series.
void check_times(std::span<const double> times, std::span<const std::uint32_t> series,
                 const std::string& column, const std::string& file);

// Where the times are not evenly spaced, a note that says so.
std::vector<TableNote> note_spacing(std::span<const double> times,
                                    std::span<const std::uint32_t> series,
                                    const std::string& column);

// Throws Error(data) that names the row where one is missing among those that were read.
void check_all_rows(std::span<const std::size_t> left_out, const std::string& file);

// The use of each row: the last ones of each series are to test on, a share of them or, from 1 on,
// a number. A series that has no more rows than that is for training alone.
std::vector<RowUse> divide_series(std::span<const std::uint32_t> series, const SplitRule& rule);

}  // namespace lithe::data
