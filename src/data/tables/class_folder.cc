#include "data/tables/class_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "lithe/error.h"
#include "lithe/table.h"

namespace lithe::data {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 2'000'000;
constexpr std::size_t kMostLookedAt = 10'000;  // to find out what they are
constexpr std::size_t kMostDepth = 2;  // folders of the parts of a split are known, and refused

// What systems leave in folders.
bool is_left_by_system(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with(".") || name == "Thumbs.db" || name == "desktop.ini" ||
         name == "__MACOSX" || name == "@eaDir";
}

// `in_class`: it stands in a folder of a class. A file without an end is a text there alone: those
// of other data sets have none either.
std::optional<TableFormat> format_of_example(const fs::path& path, bool in_class) {
  const std::string end = kind_of(path);
  const bool is_idx = path.filename().string().ends_with("-ubyte");
  if (end == ".txt" || (end.empty() && in_class && !is_idx)) return TableFormat::csv;
  if (end == ".csv" || end == ".npy") return TableFormat::ts;
  return std::nullopt;
}

// Looks at the files of a folder and those of the folders in it. False: they are of several kinds.
bool look_at(const fs::path& folder, std::size_t depth, std::size_t& seen,
             std::optional<TableFormat>& format) {
  std::error_code unreadable;
  for (fs::directory_iterator at(folder, unreadable), end; at != end && seen < kMostLookedAt;
       at.increment(unreadable)) {
    if (is_left_by_system(at->path())) continue;
    std::error_code nowhere;
    if (at->is_directory(nowhere)) {
      if (depth == kMostDepth || !look_at(at->path(), depth + 1, seen, format)) return false;
      continue;
    }
    ++seen;
    const auto one = format_of_example(at->path(), depth > 0);
    if (!one || (format && *format != *one)) return false;
    format = one;
  }
  return true;
}

[[noreturn]] void refuse_folder_in(const fs::path& folder, const fs::path& inner) {
  throw Error(
      ErrorKind::data,
      fmt::format("the folder of a class, '{}', has a folder in it", folder.filename().string()),
      inner.string(),
      fmt::format("a folder for each class, and files in these; of parts, --data {} "
                  "--test-data ANOTHER",
                  folder.string()));
}

void add_files(const fs::path& folder, const std::string& class_name,
               std::vector<ClassFile>& files) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (is_left_by_system(entry.path())) continue;
    std::error_code nowhere;
    if (entry.is_directory(nowhere)) refuse_folder_in(folder, entry.path());
    if (files.size() == kMostFiles)
      throw Error(ErrorKind::data, fmt::format("more than {} files", kMostFiles), folder.string(),
                  "fewer files, or one file with all of them");
    files.push_back({entry.path(), class_name});
  }
}

std::vector<ClassFile> list(const fs::path& folder) {
  std::vector<fs::path> folders;
  bool has_files = false;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::error_code nowhere;
    if (is_left_by_system(entry.path())) continue;
    if (entry.is_directory(nowhere))
      folders.push_back(entry.path());
    else
      has_files = true;
  }
  if (has_files && !folders.empty())
    throw Error(ErrorKind::data, "files stand beside the folders of the classes", folder.string(),
                "each file in the folder of its class");
  std::vector<ClassFile> files;
  for (const fs::path& one : folders) add_files(one, one.filename().string(), files);
  if (has_files) add_files(folder, "", files);
  return files;
}

}  // namespace

std::optional<TableFormat> format_of_folder(const fs::path& folder) {
  std::error_code nowhere;
  if (!fs::is_directory(folder, nowhere)) return std::nullopt;
  std::size_t seen = 0;
  std::optional<TableFormat> format;
  return look_at(folder, 0, seen, format) ? format : std::nullopt;
}

std::vector<ClassFile> class_files(const fs::path& folder) {
  std::vector<ClassFile> files;
  try {
    files = list(folder);
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::io, fmt::format("the folder cannot be read: {}", error.code().message()),
                folder.string(), "a folder that you may read");
  }
  std::ranges::sort(files, [](const ClassFile& a, const ClassFile& b) {
    return std::tie(a.class_name, a.path) < std::tie(b.class_name, b.path);
  });
  return files;
}

void check_class_folders(const std::vector<ClassFile>& files, const fs::path& folder) {
  if (!files.empty() && !files.front().class_name.empty()) return;
  throw Error(ErrorKind::data, "the files stand in no folders of classes", folder.string(),
              "a folder for each class, with the files of the class in it");
}

}  // namespace lithe::data

namespace lithe {

std::vector<std::string> example_files(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  if (!data::format_of_folder(folder)) return names;
  for (const data::ClassFile& file : data::class_files(folder))
    names.push_back(file.path.lexically_relative(folder).string());
  return names;
}

}  // namespace lithe
