// Reads whole files up to a limit, and writes files so that the old one survives any failure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lithe::base {

// Reads a whole regular file. Throws Error(io) if it cannot be opened, is not a regular file, or is
// larger than `limit` bytes, which is checked before memory is allocated.
std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::size_t limit);

// Writes a temporary file beside `path` that replaces it on commit(); without commit() it is
// removed. A failure throws Error(io). A path that is not a regular file (a device such as
// /dev/null, a pipe) is written to directly.
class NewFile {
 public:
  explicit NewFile(std::filesystem::path path);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  void append(std::span<const std::uint8_t> bytes);
  // Overwrites the beginning of the file.
  void overwrite_start(std::span<const std::uint8_t> bytes);
  // Flushes to disk and renames.
  void commit();

 private:
  std::filesystem::path path_;
  std::string temporary_;
  int descriptor_ = -1;
};

// Writes `pieces` one after another to a temporary file beside `path`, flushes it to disk and
// renames it over `path`. On failure the temporary is removed, the old file is as it was, and
// Error(io) says why.
void write_file_atomically(const std::filesystem::path& path,
                           std::span<const std::span<const std::uint8_t>> pieces);
void write_file_atomically(const std::filesystem::path& path, const std::string& text);

}  // namespace lithe::base
