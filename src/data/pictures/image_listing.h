// Lists the pictures of a folder with their class and part, without opening them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/pictures/folder_walk.h"
#include "lithe/images.h"

namespace lithe::data {

struct ListedImage : FoundFile {
  std::int32_t label;
};

struct ImageListing {
  std::vector<std::string> class_names;
  // Those to train on and then those to test on, each part by class and name.
  std::vector<ListedImage> images;
  std::size_t train = 0;
  std::string train_from, test_from;  // folders; empty where none sets the part apart
  std::vector<PictureNote> notes;
};

// Every file in a class's folder, or below, is taken for a picture, but those that find_files()
// leaves out, which are noted. Throws Error(data) for folders that make no data set, Error(io) for
// one that cannot be read.
ImageListing list_images(const std::filesystem::path& folder, const ImageOptions& options);

}  // namespace lithe::data
