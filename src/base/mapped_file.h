// A memory-mapped file, for files too large to copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace lithe::base {

// If another program truncates the file while it is mapped, or its disk fails, reading it raises
// SIGBUS; containing() tells a handler of it which file it was.
class MappedFile {
 public:
  // Throws Error(io) if it cannot be opened or is not a regular file.
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::span<const std::uint8_t> bytes() const { return {data_, size_}; }

  // The path of the file that is mapped at `address`, or null. May be called by a signal handler,
  // after which the program must end.
  static const char* containing(const void* address);

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::string path_;
  MappedFile *next_ = nullptr, *previous_ = nullptr;  // in the list of those that there are
};

}  // namespace lithe::base
