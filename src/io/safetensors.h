// Safetensors, the format of model files: the length of the header (8 bytes, little-endian), a JSON
// header {"name": {"dtype", "shape", "data_offsets"}, "__metadata__": {string: string}}, then the
// data. A file may come from an untrusted source, so all of it is checked before any tensor is
// used.
//
// As the specification of the format requires, the tensors cover the data without gaps and
// overlaps. Packed elements smaller than a byte (F4, F6) are not supported.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lithe::io {

enum class Dtype {
  boolean,
  u8,
  i8,
  f8_e4m3,
  f8_e5m2,
  f8_e8m0,
  u16,
  i16,
  f16,
  bf16,
  u32,
  i32,
  f32,
  u64,
  i64,
  f64,
  c64,
};
std::string_view name_of(Dtype dtype);  // as the files spell it: "F32"
std::size_t size_of(Dtype dtype);       // bytes of an element

// Elements in row-major order, little-endian. The bytes may be unaligned, so they must be copied.
struct TensorView {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::size_t> shape;  // empty for a scalar
  std::span<const std::uint8_t> bytes;
};

using Metadata = std::map<std::string, std::string>;

// The largest size of a header that is read or written, in bytes.
inline constexpr std::uint64_t kLargestHeader = std::uint64_t{16} << 20;

// A file in memory, with views of its tensors in the order of their data.
class SafetensorsFile {
 public:
  // Throws Error(model) that names `file`, the tensor, what was found and what is allowed.
  SafetensorsFile(std::vector<std::uint8_t> bytes, const std::string& file);
  // A move keeps the views valid; a copy would not, so there is none.
  SafetensorsFile(SafetensorsFile&&) = default;
  SafetensorsFile& operator=(SafetensorsFile&&) = default;

  const std::vector<TensorView>& tensors() const { return tensors_; }
  const Metadata& metadata() const { return metadata_; }
  const TensorView* find(std::string_view name) const;  // null if there is none

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<TensorView> tensors_;
  Metadata metadata_;
};

SafetensorsFile parse_safetensors(std::vector<std::uint8_t> bytes, const std::string& file);

// Also throws Error(io) for a file that cannot be read or has more than `limit` bytes. A header
// that is too large is rejected before the rest of the file is read.
SafetensorsFile read_safetensors(const std::filesystem::path& path,
                                 std::size_t limit = std::size_t{8} << 30);

// Writes a file whose data begins at a multiple of 64 bytes; the same input gives the same bytes.
// On failure an older file of that name is kept. Throws Error(io), and Error(model) for input that
// read_safetensors would reject: a duplicate name, text that is not UTF-8, or bytes that do not
// match a shape.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const Metadata& metadata);

}  // namespace lithe::io
