// Files read whole under a bound, and files written so that the old one survives any failure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lithe::base {

// Reads a whole regular file. Throws Error(io) if it cannot be opened, is not a regular file, or is
// larger than `limit` bytes (checked before memory is asked for).
std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::size_t limit);

// Writes `pieces` one after another to a temporary file beside `path`, flushes it to disk and
// renames it over `path`. On failure the temporary is removed, the old file is as it was, and
// Error(io) says why.
void write_file_atomically(const std::filesystem::path& path,
                           std::span<const std::span<const std::uint8_t>> pieces);
void write_file_atomically(const std::filesystem::path& path, const std::string& text);

}  // namespace lithe::base
