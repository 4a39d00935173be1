#include "io/safetensors.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "base/file.h"
#include "io/safetensors_header.h"

namespace lithe::io {

namespace {

// Refuses a header that is too long while nothing but its length has been read. Where this cannot
// read the file, base::read_file says why.
void check_header_length(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return;
  std::ifstream in(path, std::ios::binary);
  std::array<char, kLengthBytes> start{};
  if (!in.read(start.data(), start.size())) return;
  read_header_length({reinterpret_cast<const std::uint8_t*>(start.data()), start.size()}, size,
                     path.string());
}

std::span<const std::uint8_t> as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

SafetensorsFile::SafetensorsFile(std::vector<std::uint8_t> bytes, const std::string& file)
    : bytes_(std::move(bytes)) {
  const std::span<const std::uint8_t> whole(bytes_);
  const std::size_t length = read_header_length(whole, whole.size(), file);
  const auto data = whole.subspan(kLengthBytes + length);
  const std::string_view text(reinterpret_cast<const char*>(whole.data()) + kLengthBytes, length);
  Header header = parse_header(text, data.size(), file);
  metadata_ = std::move(header.metadata);
  tensors_.reserve(header.entries.size());
  for (HeaderEntry& entry : header.entries)
    tensors_.push_back({std::move(entry.name), entry.dtype, std::move(entry.shape),
                        data.subspan(entry.begin, entry.end - entry.begin)});
}

const TensorView* SafetensorsFile::find(std::string_view name) const {
  const auto found = std::ranges::find(tensors_, name, &TensorView::name);
  return found == tensors_.end() ? nullptr : &*found;
}

SafetensorsFile parse_safetensors(std::vector<std::uint8_t> bytes, const std::string& file) {
  return SafetensorsFile(std::move(bytes), file);
}

SafetensorsFile read_safetensors(const std::filesystem::path& path, std::size_t limit) {
  check_header_length(path);
  return SafetensorsFile(base::read_file(path, limit), path.string());
}

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const Metadata& metadata) {
  const std::string header = print_header(tensors, metadata, path.string());
  std::vector<std::span<const std::uint8_t>> pieces = {as_bytes(header)};
  std::uint64_t data_size = 0;
  for (const TensorView& tensor : tensors) {
    pieces.push_back(tensor.bytes);
    data_size += tensor.bytes.size();
  }
  // What is written is checked by what will read it.
  parse_header(std::string_view(header).substr(kLengthBytes), data_size, path.string());
  base::write_file_atomically(path, pieces);
}

}  // namespace lithe::io
