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

// A file that grows beside the old one of its name and takes its place once it is whole. Whatever
// fails throws Error(io), and without commit() nothing of it stays. What is there and is no file
// (a device such as /dev/null, a pipe) is written to as it is: nothing may take its place.
class NewFile {
 public:
  explicit NewFile(std::filesystem::path path);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  void append(std::span<const std::uint8_t> bytes);
  // Over what stands at the beginning.
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
