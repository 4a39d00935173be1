#include "data/pictures/idx.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

#include "base/file.h"
#include "base/text.h"
#include "cpu/memory.h"
#include "data/files/gzip.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kMostDimensions = 4;
constexpr std::size_t kFixedBytes = 4;  // zeros, type, number of dimensions
constexpr std::size_t kLongestHeader = kFixedBytes + 4 * kMostDimensions;
static_assert(kLongestHeader <= base::kCacheLine);

[[noreturn]] void fail(const std::string& problem, const std::string& name, std::size_t offset) {
  throw Error(ErrorKind::data, problem, fmt::format("{}, byte {}", name, offset),
              "fetch or write the file again, with bytes in the format of MNIST");
}

std::string type_name(std::uint8_t code) {
  switch (code) {
    case 0x09:
      return "int8";
    case 0x0B:
      return "int16";
    case 0x0C:
      return "int32";
    case 0x0D:
      return "float32";
    case 0x0E:
      return "float64";
    default:
      return "unknown";
  }
}

struct Header {
  std::vector<std::size_t> shape;
  std::size_t length = 0;
  std::uint64_t elements = 0;

  std::uint64_t file_length() const { return length + elements; }
};

void check_fixed_bytes(Bytes start, IdxKind kind, const std::string& name) {
  if (start.size() < kFixedBytes)
    fail(fmt::format("the file has {} bytes, an IDX header at least {}", start.size(), kFixedBytes),
         name, start.size());
  if (start[0] != 0 || start[1] != 0)
    fail(fmt::format("not an IDX file: it begins with {:02x} {:02x}, not with 00 00", start[0],
                     start[1]),
         name, 0);
  if (start[2] != 0x08)
    fail(fmt::format("its elements are of type {} (0x{:02X}), only uint8 (0x08) is read",
                     type_name(start[2]), start[2]),
         name, 2);
  const std::size_t rank = start[3];
  if (kind == IdxKind::labels && rank != 1)
    fail(fmt::format("it has {} dimensions, labels have 1", rank), name, 3);
  if (kind == IdxKind::images && (rank < 2 || rank > kMostDimensions))
    fail(fmt::format("it has {} dimension{}, images have 2 to {}", rank, rank == 1 ? "" : "s",
                     kMostDimensions),
         name, 3);
}

// Reads the header from the first bytes of the (unpacked) file.
Header parse_header(Bytes start, IdxKind kind, const std::string& name) {
  check_fixed_bytes(start, kind, name);
  Header header;
  header.length = kFixedBytes + 4 * std::size_t{start[3]};
  if (start.size() < header.length)
    fail(fmt::format("the file ends within its header of {} bytes", header.length), name,
         start.size());
  header.elements = 1;
  for (std::size_t at = kFixedBytes; at < header.length; at += 4) {
    const std::uint64_t size = std::uint64_t{start[at]} << 24 | std::uint64_t{start[at + 1]} << 16 |
                               std::uint64_t{start[at + 2]} << 8 | start[at + 3];
    if (size == 0) fail("a dimension is 0", name, at);
    // Neither factor exceeds 2^32, so the product is exact before it is judged.
    header.elements *= size;
    if (header.elements > kLargestIdx)
      fail(fmt::format("its dimensions multiply to more than the {} elements allowed", kLargestIdx),
           name, at);
    header.shape.push_back(size);
  }
  return header;
}

[[noreturn]] void fail_length(const Header& header, const std::string& has, const std::string& name,
                              std::size_t offset) {
  fail(fmt::format("the header says {} elements, {} bytes in all, but the file has {}",
                   fmt::join(header.shape, " x "), header.file_length(), has),
       name, offset);
}

// The first bytes inside a gzip file, as many as the longest header.
std::vector<std::uint8_t> unpacked_start(Bytes packed, const std::string& name) {
  std::vector<std::uint8_t> start;
  stream_gzip(packed, name, [&](Bytes piece) {
    const std::size_t wanted = std::min(piece.size(), kLongestHeader - start.size());
    start.insert(start.end(), piece.begin(), piece.begin() + wanted);
    return start.size() < kLongestHeader;
  });
  return start;
}

IdxArray book(Header header, const std::string& name) {
  cpu::check_memory(static_cast<double>(header.elements), fmt::format("{} needs", name),
                    "fewer examples, or a machine with more memory");
  IdxArray array;
  array.memory = base::AlignedArray<std::uint8_t>(base::kCacheLine + header.elements);
  array.header_bytes = header.length;
  array.shape = std::move(header.shape);
  return array;
}

IdxArray parse_packed(Bytes file, IdxKind kind, const std::string& name) {
  const Header header = parse_header(unpacked_start(file, name), kind, name);
  const std::uint64_t length = header.file_length();
  if (length > kMostPerPackedByte * file.size())
    fail_length(header, fmt::format("only {} bytes of gzip", file.size()), name, file.size());
  IdxArray array = book(header, name);
  // Header and elements are unpacked in one go, so that the elements land on a cache line.
  const std::span<std::uint8_t> whole(array.memory.data() + base::kCacheLine - header.length,
                                      length);
  const std::size_t unpacked = unpack_gzip(file, name, whole);
  if (unpacked > length) fail_length(header, "more, unpacked", name, length);
  if (unpacked < length) fail_length(header, fmt::format("{}, unpacked", unpacked), name, unpacked);
  return array;
}

IdxArray parse_plain(Bytes file, IdxKind kind, const std::string& name) {
  const Header header = parse_header(file, kind, name);
  const std::uint64_t length = header.file_length();
  if (file.size() != length)
    fail_length(header, fmt::to_string(file.size()), name,
                std::min<std::uint64_t>(length, file.size()));
  IdxArray array = book(header, name);
  std::memcpy(array.memory.data() + base::kCacheLine, file.data() + header.length, header.elements);
  return array;
}

}  // namespace

IdxArray parse_idx(Bytes file, IdxKind kind, const std::string& name) {
  return is_gzip(file) ? parse_packed(file, kind, name) : parse_plain(file, kind, name);
}

std::vector<std::size_t> read_idx_shape(const std::filesystem::path& path, IdxKind kind) {
  const std::string text = base::read_text(path);
  if (text.empty()) return {};
  const Bytes start(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  const std::string name = path.string();
  if (!is_gzip(start)) return parse_header(start, kind, name).shape;
  return parse_header(unpacked_start(start, name), kind, name).shape;
}

IdxArray read_idx(const std::filesystem::path& path, IdxKind kind) {
  return parse_idx(base::read_file(path, kLargestIdx + kLongestHeader), kind, path.string());
}

}  // namespace lithe::data
