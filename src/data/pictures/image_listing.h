// Lists the pictures of a folder with their class and part, without opening them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lithe/images.h"

namespace lithe::data {

struct ListedImage {
  std::string path;  // below the folder
  std::int32_t label;
  std::uintmax_t bytes;
  std::int64_t changed;  // when, in the file system's clock
};

struct ImageListing {
  std::vector<std::string> class_names;
  // Those to train on and then those to test on, each part by class and name.
  std::vector<ListedImage> images;
  std::size_t train = 0;
};

// Every file in a class's folder, or below, is taken for a picture, but hidden ones and what
// Windows leaves behind. Throws Error(data) for folders that make no data set, Error(io) for one
// that cannot be read.
ImageListing list_images(const std::filesystem::path& folder, const ImageOptions& options);

// Whether the folder has its test pictures in one of their own. Throws as list_images() or
// filesystem_error.
bool sets_test_apart(const std::filesystem::path& folder);

}  // namespace lithe::data
