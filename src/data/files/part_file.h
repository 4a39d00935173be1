// The file that a download grows in, "<name>.part": it outlives a failed run so that the next one
// can continue it, and belongs to one process at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace lithe::data {

class PartFile {
 public:
  // Opens or creates. Throws Error(io), also where another process holds it.
  explicit PartFile(std::filesystem::path path);
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  // Leaves no empty file behind.
  ~PartFile();

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  void append(std::span<const std::uint8_t> bytes);
  // Drops everything that has come so far.
  void restart();

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace lithe::data
