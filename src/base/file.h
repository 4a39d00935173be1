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
// removed. A failure throws Error(io). A link is followed, so that the file it names is replaced. A
// path that is not a regular file (a device such as /dev/null, a pipe) is written to directly.
class NewFile {
 public:
  // Opens nothing yet: each begin() does, without allocating memory.
  struct Later {};
  NewFile(const std::filesystem::path& path, Later);
  explicit NewFile(const std::filesystem::path& path) : NewFile(path, Later{}) { begin(); }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() { discard(); }

  void begin();
  void append(std::span<const std::uint8_t> bytes);
  // Overwrites the beginning of the file.
  void overwrite_start(std::span<const std::uint8_t> bytes);
  // Flushes to disk and renames. begin() may follow.
  void commit();
  // Removes the temporary file, if there is one.
  void discard();

 private:
  std::filesystem::path path_;
  std::string folder_, temporary_;
  int descriptor_ = -1;
  bool is_device_ = false, exists_ = false;  // the temporary file
};

// Removes the temporary files of writers of `path` that were killed. Those of a running one stay.
void remove_leftovers(const std::filesystem::path& path);

// Held by one program at a time; it ends with the program, however that ends.
class FileLock {
 public:
  // Throws Error(usage) that names `option` where another program holds the lock of `path`.
  FileLock(const std::filesystem::path& path, const std::string& option);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  std::string name_;
  int descriptor_ = -1;
};

// Writes `pieces` one after another to a temporary file beside `path`, flushes it to disk and
// renames it over `path`. On failure the temporary is removed, the old file is as it was, and
// Error(io) says why.
void write_file_atomically(const std::filesystem::path& path,
                           std::span<const std::span<const std::uint8_t>> pieces);
void write_file_atomically(const std::filesystem::path& path, const std::string& text);

}  // namespace lithe::base
