// The files of decoded pictures that load_image_folder keeps, found again by their names.
#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "lithe/error.h"
#include "lithe/images.h"

namespace lithe {

namespace {

namespace fs = std::filesystem;

// Two digests of 16 hexadecimal digits.
bool is_cache_name(std::string_view name) {
  constexpr std::size_t kDigest = 16, kLength = 2 * kDigest + 1;
  if (name.size() != kLength) return false;
  for (std::size_t i = 0; i < kLength; ++i)
    if (i == kDigest ? name[i] != '-'
                     : std::string_view("0123456789abcdef").find(name[i]) == name.npos)
      return false;
  return true;
}

// What a run that was stopped has left: base::NewFile's name, and for so long nobody wrote to it.
bool is_remainder(const fs::directory_entry& entry) {
  constexpr std::chrono::hours kLong(1);
  const std::string name = entry.path().filename().string();
  const std::size_t end = name.rfind('.');
  std::error_code error;
  const auto written = entry.last_write_time(error);
  return !error && end > 0 && name[0] == '.' && is_cache_name(name.substr(1, end - 1)) &&
         fs::file_time_type::clock::now() - written > kLong;
}

struct File {
  fs::path path;
  std::uintmax_t bytes;
};

std::vector<File> cache_files(const fs::path& cache) {
  std::vector<File> files;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(cache / "images", missing)) {
    std::error_code error;
    if (!entry.is_symlink(error) && entry.is_regular_file(error) &&
        (is_cache_name(entry.path().filename().string()) || is_remainder(entry)))
      files.push_back({entry.path(), entry.file_size(error)});
  }
  return files;
}

DecodedPictures sum(const std::vector<File>& files) {
  DecodedPictures all;
  for (const File& file : files) ++all.files, all.bytes += file.bytes;
  return all;
}

}  // namespace

DecodedPictures find_decoded_pictures(const fs::path& cache) { return sum(cache_files(cache)); }

DecodedPictures remove_decoded_pictures(const fs::path& cache) {
  const std::vector<File> files = cache_files(cache);
  for (const File& file : files) {
    std::error_code error;
    fs::remove(file.path, error);
    if (error)
      throw Error(ErrorKind::io, fmt::format("cannot remove it: {}", error.message()),
                  file.path.string(), "the rights to write in that folder");
  }
  return sum(files);
}

}  // namespace lithe
