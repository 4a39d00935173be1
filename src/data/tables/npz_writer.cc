#include "data/tables/npz_writer.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/file.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

template <typename Integer>
void put(std::string& out, Integer value, int bytes) {
  for (int i = 0; i < bytes; ++i)
    out += static_cast<char>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xFF);
}

// The header of version 1.0, padded so that the data begin at a multiple of 64 bytes.
std::string npy_header(const std::string& type, const std::string& shape) {
  std::string text =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", type, shape);
  constexpr std::size_t kFixed = 10, kMultiple = 64;
  text.append((kMultiple - (kFixed + text.size() + 1) % kMultiple) % kMultiple, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  put(header, text.size(), 2);
  return header + text;
}

// The code points of a text; what is not UTF-8 becomes U+FFFD.
std::vector<std::uint32_t> code_points(const std::string& text) {
  std::vector<std::uint32_t> points;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i++]);
    const int more = first < 0x80    ? 0
                     : first >= 0xF0 ? 3
                     : first >= 0xE0 ? 2
                     : first >= 0xC0 ? 1
                                     : -1;
    std::uint32_t point = more <= 0 ? first : first & (0x3Fu >> more);
    bool good = more >= 0;
    for (int k = 0; k < more && good; ++k) {
      good = i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
      if (good) point = (point << 6) | (static_cast<unsigned char>(text[i++]) & 0x3F);
    }
    points.push_back(good ? point : 0xFFFD);
  }
  return points;
}

}  // namespace

void NpzWriter::add(const std::string& name, std::span<const double> values, std::size_t columns) {
  const std::size_t rows = columns == 0 ? values.size() : values.size() / columns;
  std::string bytes = npy_header(
      "<f8", columns == 0 ? fmt::format("{},", rows) : fmt::format("{}, {}", rows, columns));
  for (const double value : values) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    put(bytes, bits, 8);
  }
  entries_.push_back({name + ".npy", std::move(bytes)});
}

void NpzWriter::add(const std::string& name, const std::vector<bool>& values) {
  std::string bytes = npy_header("|b1", fmt::format("{},", values.size()));
  for (const bool value : values) bytes += static_cast<char>(value ? 1 : 0);
  entries_.push_back({name + ".npy", std::move(bytes)});
}

void NpzWriter::add(const std::string& name, std::span<const std::string> values) {
  std::vector<std::vector<std::uint32_t>> texts;
  std::size_t longest = 1;
  for (const std::string& value : values) {
    texts.push_back(code_points(value));
    longest = std::max(longest, texts.back().size());
  }
  std::string bytes = npy_header(fmt::format("<U{}", longest), fmt::format("{},", values.size()));
  for (std::vector<std::uint32_t>& text : texts) {
    text.resize(longest);
    for (const std::uint32_t point : text) put(bytes, point, 4);
  }
  entries_.push_back({name + ".npy", std::move(bytes)});
}

void NpzWriter::save(const std::filesystem::path& path) const {
  constexpr std::uint64_t kMost = 0xFFFFFFFF;  // of a ZIP archive without its later extension
  std::string file, directory;
  for (const Entry& entry : entries_) {
    if (entry.bytes.size() > kMost - 1024 - file.size())
      throw Error(ErrorKind::data, "the answers are too large for an .npz file", path.string(),
                  "a .csv file");
    const auto sum = ::crc32_z(0, reinterpret_cast<const unsigned char*>(entry.bytes.data()),
                               entry.bytes.size());
    std::string common;  // what both records of an entry say of it
    put(common, 20, 2), put(common, 0, 2), put(common, 0, 2), put(common, 0, 2);
    put(common, 0x21, 2);  // 1980-01-01: the same answers give the same file
    put(common, sum, 4), put(common, entry.bytes.size(), 4), put(common, entry.bytes.size(), 4);
    put(common, entry.name.size(), 2), put(common, 0, 2);
    put(directory, 0x02014B50, 4), put(directory, 20, 2);
    directory += common;
    put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 4);
    put(directory, file.size(), 4);
    directory += entry.name;
    put(file, 0x04034B50, 4);
    file += common + entry.name + entry.bytes;
  }
  const std::size_t start = file.size();
  file += directory;
  put(file, 0x06054B50, 4), put(file, 0, 2), put(file, 0, 2);
  put(file, entries_.size(), 2), put(file, entries_.size(), 2);
  put(file, directory.size(), 4), put(file, start, 4), put(file, 0, 2);
  base::write_file_atomically(path, file);
}

}  // namespace lithe::data
