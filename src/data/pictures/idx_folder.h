// A data set of four IDX files in one folder, named as MNIST's are: finds them, reads them side by
// side, and checks that they belong together.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lithe/dataset.h"

namespace lithe::data {

// Whether the folder has a file of training images by name.
bool is_idx_folder(const std::filesystem::path& folder);

// Empty `class_names` stands for as many classes as the labels show. `remedy` is what an error for
// a missing file tells the user to do.
Dataset load_idx_folder(const std::string& name, const std::filesystem::path& folder,
                        std::vector<std::string> class_names, const std::string& remedy);

}  // namespace lithe::data
