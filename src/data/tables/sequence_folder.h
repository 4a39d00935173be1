// A file for each sequence: rows are its positions, columns its channels.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/ts.h"

namespace lithe::data {

// Throws Error(data) where the channels of a file are not those of the files before.
void check_names(const std::vector<std::string>& names, const std::vector<std::string>& expected,
                 const std::string& file);

// Adds the sequence of a text of numbers, with or without a header; or of an array of positions x
// channels, or of positions alone. Both throw Error(data), with the row, for a cell that is no
// finite number of 32 bits, rows of different lengths, and other channels than those before; the
// first also for other names of channels than in the texts before, or none.
void add_csv_sequence(std::string_view text, const std::string& name, const CsvOptions& options,
                      Sequences& sequences);
void add_npy_sequence(std::span<const std::uint8_t> file, const std::string& name,
                      Sequences& sequences);

// All sequences of a folder of classes (class_folder.h), whose names are the answers. `classes` as
// in parse_ts(). `digest`: of all files.
Sequences read_sequence_folder(const std::filesystem::path& folder, const TableOptions& options,
                               const std::vector<std::string>& classes, std::uint64_t& digest);

}  // namespace lithe::data
