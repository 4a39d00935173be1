#define ZLIB_CONST
#include "data/files/gzip.h"

#include <fmt/format.h>
#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <vector>

#include "lithe/error.h"

namespace lithe::data {

namespace {

using Bytes = std::span<const std::uint8_t>;

[[noreturn]] void fail(const std::string& problem, const std::string& name, std::size_t offset) {
  throw Error(ErrorKind::data, problem, fmt::format("{}, byte {}", name, offset),
              "fetch or copy the file again");
}

// What follows a complete member: the end (tapes and disks pad it with zeros) or another member.
bool at_end(Bytes packed, std::size_t offset, const std::string& name) {
  const Bytes rest = packed.subspan(offset);
  if (std::ranges::all_of(rest, [](std::uint8_t byte) { return byte == 0; })) return true;
  if (!is_gzip(rest))
    fail(fmt::format("{} bytes that are not gzip follow its end", rest.size()), name, offset);
  return false;
}

class Inflater {
 public:
  explicit Inflater(Bytes packed) {
    constexpr int kGzipOnly = 16;
    stream_.next_in = packed.data();
    stream_.avail_in = static_cast<uInt>(packed.size());
    if (inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  // One step: fills some of `buffer`, says how much, and zlib's verdict.
  int step(std::span<std::uint8_t> buffer, std::size_t& filled) {
    stream_.next_out = buffer.data();
    stream_.avail_out = static_cast<uInt>(buffer.size());
    const int verdict = inflate(&stream_, Z_NO_FLUSH);
    filled = buffer.size() - stream_.avail_out;
    return verdict;
  }
  void next_member() { inflateReset(&stream_); }
  std::size_t remaining() const { return stream_.avail_in; }
  const char* reason() const { return stream_.msg == nullptr ? "bad data" : stream_.msg; }

 private:
  z_stream stream_{};
};

}  // namespace

bool is_gzip(Bytes bytes) { return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b; }

void stream_gzip(Bytes packed, const std::string& name, const TakePiece& take) {
  if (packed.size() > std::numeric_limits<uInt>::max())
    fail("the gzip file is larger than 4 GiB", name, 0);
  Inflater inflater(packed);
  std::vector<std::uint8_t> buffer(std::size_t{1} << 16);
  for (;;) {
    std::size_t filled = 0;
    const int verdict = inflater.step(buffer, filled);
    if (filled > 0 && !take(Bytes(buffer).first(filled))) return;
    const std::size_t offset = packed.size() - inflater.remaining();
    if (verdict == Z_MEM_ERROR) throw std::bad_alloc();
    if (verdict == Z_BUF_ERROR) fail("the gzip file is cut short", name, offset);
    if (verdict == Z_STREAM_END) {
      if (at_end(packed, offset, name)) return;
      inflater.next_member();
    } else if (verdict != Z_OK) {
      fail(fmt::format("the gzip file is damaged ({})", inflater.reason()), name, offset);
    }
  }
}

std::size_t unpack_gzip(Bytes packed, const std::string& name, std::span<std::uint8_t> out) {
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> unpacker(
      libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  if (!unpacker) throw std::bad_alloc();
  std::size_t read = 0, written = 0;
  do {
    std::size_t used = 0, made = 0;
    const auto verdict =
        libdeflate_gzip_decompress_ex(unpacker.get(), packed.data() + read, packed.size() - read,
                                      out.data() + written, out.size() - written, &used, &made);
    if (verdict == LIBDEFLATE_INSUFFICIENT_SPACE) return out.size() + 1;
    if (verdict != LIBDEFLATE_SUCCESS) {
      // The fast way does not say what is wrong, the slow one does.
      stream_gzip(packed, name, [](Bytes) { return true; });
      fail("the gzip file is damaged", name, read);
    }
    read += used;
    written += made;
  } while (!at_end(packed, read, name));
  return written;
}

}  // namespace lithe::data
