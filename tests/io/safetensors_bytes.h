// Safetensors files made to order, sound or not.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "data/sample.h"

namespace lithe::test {

inline ByteVector little_endian(std::uint64_t value) {
  ByteVector bytes(8);
  std::memcpy(bytes.data(), &value, bytes.size());
  return bytes;
}

inline ByteVector file_of(const std::string& header, std::size_t data_size) {
  const ByteVector start = joined(little_endian(header.size()), {header.begin(), header.end()});
  return joined(start, pattern(data_size));
}

// A sound entry but for what is given: 24 bytes of data.
inline std::string entry(const std::string& dtype = R"("F32")", const std::string& shape = "[2,3]",
                         const std::string& offsets = "[0,24]") {
  return fmt::format(R"({{"dtype":{},"shape":{},"data_offsets":{}}})", dtype, shape, offsets);
}
inline std::string header_of(const std::string& object) {
  return fmt::format(R"({{"w":{}}})", object);
}

}  // namespace lithe::test
