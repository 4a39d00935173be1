// The entry of one tensor in the header of a safetensors file, and how messages quote its parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "io/safetensors.h"

namespace lithe::io {

struct HeaderEntry {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::size_t> shape;
  std::uint64_t begin = 0, end = 0;  // bytes of the data
};

// Throws Error(model) with `where` unless the object is complete, its shape and type take as many
// bytes as its offsets span, and these lie within the data. Fields that the format does not define
// are ignored.
HeaderEntry read_entry(const std::string& name, const nlohmann::json& object,
                       std::uint64_t data_size, const std::string& where);

[[noreturn]] void refuse(const std::string& problem, const std::string& where);

// Text or a value from a file, for a message: printable and shortened.
std::string shown(std::string_view text);
std::string shown_value(const nlohmann::json& value);

}  // namespace lithe::io
