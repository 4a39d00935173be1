// IDX, the format that MNIST is published in: two zero bytes, an element type, the number of
// dimensions, each dimension as a big-endian 32-bit number, then the elements. Plain or gzip, told
// by content. Only unsigned bytes are read: they are what images and class labels are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/aligned.h"

namespace lithe::data {

enum class IdxKind {
  images,  // 2 to 4 dimensions, the first counts the images
  labels,  // 1 dimension
};

// No array is larger than this; nor than what the file can hold.
inline constexpr std::uint64_t kLargestIdx = std::uint64_t{4} << 30;

struct IdxArray {
  std::vector<std::size_t> shape;           // {60000, 28, 28}; nothing is 0
  base::AlignedArray<std::uint8_t> memory;  // a cache line, whose end is the header; the elements
  std::size_t header_bytes = 0;

  const std::uint8_t* values() const { return memory.data() + base::kCacheLine; }
  std::size_t size() const { return memory.size() - base::kCacheLine; }
};

// Throws Error(data) with `name` and the offset for anything that is not such a file, whole.
IdxArray parse_idx(std::span<const std::uint8_t> file, IdxKind kind, const std::string& name);

// The shape that the header says, from the file's first bytes; empty where it cannot be read.
// Throws as parse_idx does.
std::vector<std::size_t> read_idx_shape(const std::filesystem::path& path, IdxKind kind);

// Also throws Error(io) for a file that cannot be read.
IdxArray read_idx(const std::filesystem::path& path, IdxKind kind);

}  // namespace lithe::data
