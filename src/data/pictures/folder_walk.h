// The files in a folder and below it, through symbolic links.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lithe::data {

struct FoundFile {
  std::string path;  // below the root
  std::uintmax_t bytes;
  std::int64_t changed;  // when, in the file system's clock
};

struct FoundFiles {
  std::vector<FoundFile> files;       // that may be pictures, by path
  std::vector<std::string> left_out;  // "path: why"
};

// Every file but hidden ones, whatever its name; texts, tables and the like, which stand beside
// pictures in many data sets, are left out by their names. A folder is entered once, however many
// links lead to it, and neither `root` nor a folder on the way from there to `folder` is entered
// again: links that go round in circles end there. Throws filesystem_error for a folder that cannot
// be read.
FoundFiles find_files(const std::filesystem::path& root, const std::filesystem::path& folder);

// By the end of its name, in any case. Kinds that are known, but not read, count.
bool is_named_as_picture(const std::filesystem::path& path);

// Whether a file is named as a picture in the folder or below it, through links. What cannot be
// read does not count, and not more than 100,000 files and folders are looked at.
bool has_picture(const std::filesystem::path& folder);

}  // namespace lithe::data
