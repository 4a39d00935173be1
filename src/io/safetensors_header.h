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

// The size of the length field in front of the header.
inline constexpr std::size_t kLengthBytes = 8;

struct Header {
  std::vector<HeaderEntry> entries;  // in the order of their data, which they cover completely
  Metadata metadata;
};

// Reads the header's length from the first bytes of a file of `file_size` bytes.
std::size_t read_header_length(std::span<const std::uint8_t> start, std::uint64_t file_size,
                               const std::string& file);

// Both throw Error(model) with `file` for anything that the format or its limits do not allow.
Header parse_header(std::string_view text, std::uint64_t data_size, const std::string& file);

// Everything in front of the data, the length included, padded to a multiple of 64 bytes.
std::string print_header(std::span<const TensorView> tensors, const Metadata& metadata,
                         const std::string& file);

}  // namespace lithe::io
