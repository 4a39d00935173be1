// Safetensors, the format that model files are kept in: a header length (8 bytes, little-endian),
// a JSON header {"name": {"dtype", "shape", "data_offsets"}, "__metadata__": {string: string}},
// then the data. A file may come from anywhere, so it is checked whole before anybody sees a
// tensor.
//
// As the format's own specification demands, the tensors cover the data without a gap or an
// overlap. Packed elements smaller than a byte (F4, F6) are not read.
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
std::size_t size_of(Dtype dtype);       // bytes an element

// Elements in row-major order, little-endian. The bytes may begin at any address: copy them out.
struct TensorView {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::size_t> shape;  // none: one number
  std::span<const std::uint8_t> bytes;
};

using Metadata = std::map<std::string, std::string>;

// The longest header that is read or written.
inline constexpr std::uint64_t kLargestHeader = std::uint64_t{16} << 20;

// A file in memory, with views of its tensors in the order in which they lie.
class SafetensorsFile {
 public:
  // Throws Error(model) that names `file`, the tensor, and what was found against what is allowed.
  SafetensorsFile(std::vector<std::uint8_t> bytes, const std::string& file);
  // The views stay true when the owner moves; a copy's would not.
  SafetensorsFile(SafetensorsFile&&) = default;
  SafetensorsFile& operator=(SafetensorsFile&&) = default;

  const std::vector<TensorView>& tensors() const { return tensors_; }
  const Metadata& metadata() const { return metadata_; }
  const TensorView* find(std::string_view name) const;  // null where there is none

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<TensorView> tensors_;
  Metadata metadata_;
};

SafetensorsFile parse_safetensors(std::vector<std::uint8_t> bytes, const std::string& file);

// Also throws Error(io) for a file that cannot be read or has more than `limit` bytes. A header
// that is too long is refused before the rest of the file is read.
SafetensorsFile read_safetensors(const std::filesystem::path& path,
                                 std::size_t limit = std::size_t{8} << 30);

// Writes a file whose data begins on a multiple of 64 bytes; the same input gives the same bytes.
// On failure an older file of that name stays whole. Throws Error(io), and Error(model) for what
// read_safetensors would refuse (a name given twice, text that is not UTF-8, bytes that do not
// match a shape).
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const Metadata& metadata);

}  // namespace lithe::io
