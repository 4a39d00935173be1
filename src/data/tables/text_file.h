// The text of a table's file, however it is stored.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/mapped_file.h"

namespace lithe::data {

// What the end of a name says, without .gz or .zst behind it and in any case; or what the files of
// a folder say (class_folder.h).
enum class TableFormat { csv, libsvm, npy, npz, ts, excel, parquet };
std::optional<TableFormat> format_of(const std::filesystem::path& path);
// "table.csv.gz" -> ".csv"
std::string kind_of(const std::filesystem::path& path);

// Maps a file, or unpacks it where it is gzip or Zstandard, by its content; reads standard input
// where the path is "-"; has the program xlsx2csv convert a workbook's first sheet. Text in UTF-16
// with a byte order mark becomes UTF-8. Throws Error(io) for a file that cannot be read, and
// Error(data) for one that is damaged, or that is larger than `most_bytes`.
class TextFile {
 public:
  TextFile(const std::filesystem::path& path, std::uint64_t most_bytes);
  std::string_view text() const { return text_; }

 private:
  void unpack(const std::filesystem::path& path, std::uint64_t most_bytes);

  std::optional<base::MappedFile> file_;
  std::string owned_;
  std::string_view text_;
};

}  // namespace lithe::data
