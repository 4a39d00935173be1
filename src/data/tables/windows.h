// Rows of a table as windows (WindowOptions).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lithe/table.h"

namespace lithe::data {

// What cannot go together with windows is refused: Error(usage).
void check_window_options(const TableOptions& options);

// Throws Error(data) that names the first row that is not later than the one before it. `times` has
// one for each row.
void check_times(std::span<const double> times, const std::string& column, const std::string& file);

// Where the times are not evenly spaced, a note that says so.
std::vector<TableNote> note_spacing(std::span<const double> times, const std::string& column);

// Throws Error(data) that names the row where one is missing among those that were read.
void check_all_rows(std::span<const std::size_t> left_out, const std::string& file);

// The rows of both parts as windows. Throws Error(data) where a part has some rows, and not enough
// for a window.
void take_windows(TableData& table, const WindowOptions& options);

}  // namespace lithe::data
