// Zip archives in memory, as far as .npz needs them: entries stored or deflated, zip64. What the
// archive states about sizes is checked before memory is asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lithe::data {

struct ZipEntry {
  std::string name;
  bool deflated = false;
  std::uint64_t packed_bytes = 0, bytes = 0, offset = 0;  // `offset`: of its local header
  std::uint32_t crc = 0;
};

// All throw Error(data) with `name` for an archive that is damaged or of an unknown kind;
// unpack_entry also Error(machine) where the entry does not fit into the memory.
std::vector<ZipEntry> list_zip(std::span<const std::uint8_t> file, const std::string& name);
// Its first bytes, up to `most`. They are not checked: that takes the whole entry.
std::vector<std::uint8_t> unpack_start(std::span<const std::uint8_t> file, const ZipEntry& entry,
                                       std::size_t most, const std::string& name);
std::vector<std::uint8_t> unpack_entry(std::span<const std::uint8_t> file, const ZipEntry& entry,
                                       std::uint64_t most_bytes, const std::string& name);

}  // namespace lithe::data
