// .npy and .npz files made to order.
#pragma once

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "data/sample.h"

namespace lithe::test {

// Little-endian; `count` may be more than a number has.
inline void append_number(ByteVector& bytes, std::uint64_t value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i, value >>= 8)
    bytes.push_back(static_cast<std::uint8_t>(value & 0xFF));
}

inline void append(ByteVector& bytes, const ByteVector& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

inline ByteVector npy_file(const std::string& header, const ByteVector& elements, int version = 1) {
  ByteVector file = {0x93, 'N', 'U', 'M', 'P', 'Y', static_cast<std::uint8_t>(version), 0};
  append_number(file, header.size(), version == 1 ? 2 : 4);
  file.insert(file.end(), header.begin(), header.end());
  append(file, elements);
  return file;
}

template <typename Element>
ByteVector npy(const std::string& shape, const std::vector<Element>& elements,
               const std::string& type, bool big = false, bool fortran = false) {
  ByteVector bytes(elements.size() * sizeof(Element));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    std::uint8_t* const at = bytes.data() + i * sizeof(Element);
    std::memcpy(at, &elements[i], sizeof(Element));
    if (big) std::reverse(at, at + sizeof(Element));
  }
  return npy_file(fmt::format("{{'descr': '{}{}', 'fortran_order': {}, 'shape': ({}), }}\n",
                              big ? '>' : '<', type, fortran ? "True" : "False", shape),
                  bytes);
}

inline ByteVector deflated(const ByteVector& bytes) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  ByteVector packed(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// As numpy.savez writes it, or savez_compressed; `wide` as for sizes beyond 32 bits.
inline ByteVector zip(const std::vector<std::pair<std::string, ByteVector>>& entries, bool packed,
                      bool wide = false) {
  ByteVector file, directory;
  for (const auto& [name, bytes] : entries) {
    const ByteVector stored = packed ? deflated(bytes) : bytes;
    const std::uint64_t offset = file.size();
    const auto crc = crc32(0, bytes.data(), static_cast<uInt>(bytes.size()));
    ByteVector common;
    append_number(common, 20, 2);
    append_number(common, 0, 2);
    append_number(common, packed ? 8 : 0, 2);
    append_number(common, 0, 4);
    append_number(common, crc, 4);
    append_number(common, wide ? 0xFFFFFFFF : stored.size(), 4);
    append_number(common, wide ? 0xFFFFFFFF : bytes.size(), 4);
    append_number(common, name.size(), 2);
    append_number(common, wide ? 20 : 0, 2);
    ByteVector extra;
    if (wide) {
      append_number(extra, 1, 2);
      append_number(extra, 16, 2);
      append_number(extra, bytes.size(), 8);
      append_number(extra, stored.size(), 8);
    }
    append_number(file, 0x04034b50, 4);
    append(file, common);
    file.insert(file.end(), name.begin(), name.end());
    append(file, extra);
    append(file, stored);
    append_number(directory, 0x02014b50, 4);
    append_number(directory, 20, 2);
    append(directory, common);
    append_number(directory, 0, 10);
    append_number(directory, offset, 4);
    directory.insert(directory.end(), name.begin(), name.end());
    append(directory, extra);
  }
  const std::uint64_t offset = file.size();
  append(file, directory);
  if (wide) {
    const std::uint64_t end64 = file.size();
    append_number(file, 0x06064b50, 4);
    append_number(file, 44, 8);
    append_number(file, 0, 12);
    append_number(file, entries.size(), 8);
    append_number(file, entries.size(), 8);
    append_number(file, directory.size(), 8);
    append_number(file, offset, 8);
    append_number(file, 0x07064b50, 4);
    append_number(file, 0, 4);
    append_number(file, end64, 8);
    append_number(file, 1, 4);
  }
  append_number(file, 0x06054b50, 4);
  append_number(file, 0, 4);
  append_number(file, entries.size(), 2);
  append_number(file, wide ? 0xFFFF : entries.size(), 2);
  append_number(file, directory.size(), 4);
  append_number(file, wide ? 0xFFFFFFFF : offset, 4);
  append_number(file, 0, 2);
  return file;
}

}  // namespace lithe::test
