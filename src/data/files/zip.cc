#include "data/files/zip.h"

#include <fmt/format.h>
#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "cpu/memory.h"
#include "data/files/gzip.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint32_t kEnd = 0x06054b50, kEnd64 = 0x06064b50, kLocator64 = 0x07064b50,
                        kCentral = 0x02014b50, kLocal = 0x04034b50;
constexpr std::size_t kEndBytes = 22, kLocatorBytes = 20, kEnd64Bytes = 56, kCentralBytes = 46,
                      kLocalBytes = 30, kLongestComment = 0xFFFF;
constexpr std::uint64_t kMostEntries = 10'000;

// Reads numbers at offsets, each of which is checked.
class Archive {
 public:
  Archive(Bytes file, const std::string& name) : file_(file), name_(name) {}

  std::uint64_t number(std::uint64_t offset, std::size_t bytes) const {
    const Bytes part = piece(offset, bytes);
    std::uint64_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | part[i];
    return value;
  }
  std::uint32_t word(std::uint64_t offset) const {
    return static_cast<std::uint32_t>(number(offset, 4));
  }
  Bytes piece(std::uint64_t offset, std::uint64_t bytes) const {
    if (offset > file_.size() || bytes > file_.size() - offset)
      fail("the archive is cut short", file_.size());
    return file_.subspan(offset, bytes);
  }
  std::size_t size() const { return file_.size(); }
  [[noreturn]] void fail(const std::string& problem, std::uint64_t offset) const {
    throw Error(ErrorKind::data, problem, fmt::format("{}, byte {}", name_, offset),
                "write the file again with numpy.savez, or copy it again");
  }

 private:
  Bytes file_;
  const std::string& name_;
};

// The record at the end, behind which only a comment may stand.
std::uint64_t find_end(const Archive& archive) {
  if (archive.size() >= kEndBytes) {
    const std::size_t last = archive.size() - kEndBytes;
    for (std::size_t back = 0; back <= std::min(last, kLongestComment); ++back)
      if (archive.word(last - back) == kEnd && archive.number(last - back + 20, 2) == back)
        return last - back;
  }
  archive.fail("not a zip archive, or cut short", archive.size());
}

struct Directory {
  std::uint64_t entries = 0, offset = 0;
};

Directory find_directory(const Archive& archive) {
  const std::uint64_t end = find_end(archive);
  Directory directory{archive.number(end + 10, 2), archive.number(end + 16, 4)};
  const bool large = directory.entries == 0xFFFF || directory.offset == 0xFFFFFFFF;
  if (large && end >= kLocatorBytes && archive.word(end - kLocatorBytes) == kLocator64) {
    const std::uint64_t end64 = archive.number(end - kLocatorBytes + 8, 8);
    archive.piece(end64, kEnd64Bytes);
    if (archive.word(end64) != kEnd64) archive.fail("its zip64 record is damaged", end64);
    directory = {archive.number(end64 + 32, 8), archive.number(end64 + 48, 8)};
  }
  if (directory.entries > kMostEntries)
    archive.fail(fmt::format("the archive has {} entries", directory.entries), end);
  return directory;
}

// Sizes that do not fit 32 bits stand in an extra field, in this order, only those that do not fit.
void read_large_sizes(const Archive& archive, std::uint64_t extra, std::uint64_t extra_end,
                      ZipEntry& entry) {
  while (extra + 4 <= extra_end) {
    const std::uint64_t id = archive.number(extra, 2), bytes = archive.number(extra + 2, 2);
    std::uint64_t at = extra + 4;
    extra = at + bytes;
    if (id != 1) continue;
    for (std::uint64_t* size : {&entry.bytes, &entry.packed_bytes, &entry.offset}) {
      if (*size != 0xFFFFFFFF || at + 8 > extra) continue;
      *size = archive.number(at, 8);
      at += 8;
    }
  }
}

// Reads the entry of the directory at `at`, and moves `at` behind it.
ZipEntry read_entry(const Archive& archive, std::uint64_t& at) {
  archive.piece(at, kCentralBytes);
  if (archive.word(at) != kCentral) archive.fail("the archive's directory is damaged", at);
  const std::uint64_t flags = archive.number(at + 8, 2), method = archive.number(at + 10, 2);
  const std::uint64_t name_bytes = archive.number(at + 28, 2),
                      extra_bytes = archive.number(at + 30, 2),
                      comment_bytes = archive.number(at + 32, 2);
  const Bytes name = archive.piece(at + kCentralBytes, name_bytes);
  ZipEntry entry;
  entry.name.assign(name.begin(), name.end());
  entry.crc = archive.word(at + 16);
  entry.packed_bytes = archive.number(at + 20, 4);
  entry.bytes = archive.number(at + 24, 4);
  entry.offset = archive.number(at + 42, 4);
  entry.deflated = method == 8;
  if ((flags & 1) != 0) archive.fail("an entry is encrypted", at);
  if (method != 0 && method != 8)
    archive.fail(fmt::format("an entry is packed by method {}, only deflate is read", method), at);
  const std::uint64_t extra = at + kCentralBytes + name_bytes;
  read_large_sizes(archive, extra, extra + extra_bytes, entry);
  at = extra + extra_bytes + comment_bytes;
  return entry;
}

Bytes packed_bytes(const Archive& archive, const ZipEntry& entry) {
  archive.piece(entry.offset, kLocalBytes);
  if (archive.word(entry.offset) != kLocal)
    archive.fail("an entry does not begin where the directory says", entry.offset);
  const std::uint64_t begin = entry.offset + kLocalBytes + archive.number(entry.offset + 26, 2) +
                              archive.number(entry.offset + 28, 2);
  return archive.piece(begin, entry.packed_bytes);
}

bool inflate_all(Bytes packed, std::span<std::uint8_t> out) {
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflater(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  if (inflater == nullptr) throw std::bad_alloc();
  // Without a place for the actual length, any other length is a failure.
  return libdeflate_deflate_decompress(inflater.get(), packed.data(), packed.size(), out.data(),
                                       out.size(), nullptr) == LIBDEFLATE_SUCCESS;
}

}  // namespace

std::vector<ZipEntry> list_zip(Bytes file, const std::string& name) {
  const Archive archive(file, name);
  const Directory directory = find_directory(archive);
  std::vector<ZipEntry> entries;
  std::uint64_t at = directory.offset;
  for (std::uint64_t i = 0; i < directory.entries; ++i) entries.push_back(read_entry(archive, at));
  return entries;
}

std::vector<std::uint8_t> unpack_start(Bytes file, const ZipEntry& entry, std::size_t most,
                                       const std::string& name) {
  const Archive archive(file, name);
  const Bytes packed = packed_bytes(archive, entry);
  std::vector<std::uint8_t> start(std::min<std::uint64_t>(most, entry.bytes));
  if (!entry.deflated) {
    start.resize(std::min(start.size(), packed.size()));
    std::copy_n(packed.begin(), start.size(), start.begin());
    return start;
  }
  z_stream stream{};
  constexpr int kRawDeflate = -15;
  if (inflateInit2(&stream, kRawDeflate) != Z_OK) throw std::bad_alloc();
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(packed.size(), UINT32_MAX));
  stream.next_out = start.data();
  stream.avail_out = static_cast<uInt>(start.size());
  const int verdict = inflate(&stream, Z_SYNC_FLUSH);
  start.resize(start.size() - stream.avail_out);
  inflateEnd(&stream);
  if (verdict != Z_OK && verdict != Z_STREAM_END) archive.fail("an entry is damaged", entry.offset);
  return start;
}

std::vector<std::uint8_t> unpack_entry(Bytes file, const ZipEntry& entry, std::uint64_t most_bytes,
                                       const std::string& name) {
  const Archive archive(file, name);
  const Bytes packed = packed_bytes(archive, entry);
  const std::uint64_t possible =
      entry.deflated ? packed.size() * kMostPerPackedByte : packed.size();
  if (entry.bytes > possible || (!entry.deflated && entry.bytes != packed.size()))
    archive.fail(fmt::format("{} bytes cannot be packed in {}", entry.bytes, packed.size()),
                 entry.offset);
  if (entry.bytes > most_bytes)
    archive.fail(fmt::format("an entry of {} bytes, {} are allowed", entry.bytes, most_bytes),
                 entry.offset);
  cpu::check_memory(static_cast<double>(entry.bytes), fmt::format("{} needs", name),
                    "fewer rows, or a machine with more memory");
  std::vector<std::uint8_t> bytes(entry.bytes);
  if (!entry.deflated)
    std::ranges::copy(packed, bytes.begin());
  else if (!inflate_all(packed, bytes))
    archive.fail("an entry is damaged", entry.offset);
  if (libdeflate_crc32(0, bytes.data(), bytes.size()) != entry.crc)
    archive.fail("an entry is damaged: its data check fails", entry.offset);
  return bytes;
}

}  // namespace lithe::data
