// A folder with a folder for each class, and in these a file for each example: a text, or a
// sequence. Or a folder of such files alone, whose classes are not known.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/tables/text_file.h"

namespace lithe::data {

struct ClassFile {
  std::filesystem::path path;
  std::string class_name;  // empty: the file stands in no folder of a class
};

// TableFormat::csv for texts (.txt, or in folders of classes names without an end), ts for
// sequences
// (.csv and .npy).
// Empty where there are other files too, or none, and for what is no folder.
std::optional<TableFormat> format_of_folder(const std::filesystem::path& folder);

// By class and name. Throws Error(data) for folders in the folders of classes, for files beside
// them, and for too many; Error(io) for a folder that cannot be read.
std::vector<ClassFile> class_files(const std::filesystem::path& folder);

// Throws Error(data) where the files have no classes.
void check_class_folders(const std::vector<ClassFile>& files, const std::filesystem::path& folder);

}  // namespace lithe::data
