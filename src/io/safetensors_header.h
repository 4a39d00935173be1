// The header of a safetensors file: from text to checked entries, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/safetensors.h"
#include "io/safetensors_entry.h"

namespace lithe::io {

// The header's length stands before the header.
inline constexpr std::size_t kLengthBytes = 8;

struct Header {
  std::vector<HeaderEntry> entries;  // in the order of their data, which they cover exactly
  Metadata metadata;
};

// The header's length out of the first bytes of a file of `file_size` bytes.
std::size_t read_header_length(std::span<const std::uint8_t> start, std::uint64_t file_size,
                               const std::string& file);

// Both throw Error(model) with `file` for anything that the format or its limits forbid.
Header parse_header(std::string_view text, std::uint64_t data_size, const std::string& file);

// Everything that stands before the data, the length included; padded to a multiple of 64 bytes.
std::string print_header(std::span<const TensorView> tensors, const Metadata& metadata,
                         const std::string& file);

}  // namespace lithe::io
