// Which folders of a folder are the parts of a split (train, test and the like), and which are
// classes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lithe/images.h"

namespace lithe::data {

enum class SplitPart { none, train, validation, test };

// By the name alone, in any case: "Training", "test_set", "dev".
SplitPart split_part(std::string_view folder);

// The folders of the parts, by name; empty where there is none.
struct SplitFolders {
  std::string train, validation, test;
  // What is tested on: the test folder, or that for validation where there is no other.
  const std::string& held_out() const { return test.empty() ? validation : test; }
};

// Without a train folder that holds folders of classes there is no split: then all folders are
// classes, whatever they are called. Adds to `notes` what was decided. Throws Error(data) for
// folders that can be understood in two ways, filesystem_error where one cannot be read.
SplitFolders find_split(const std::filesystem::path& folder, std::vector<PictureNote>& notes);

// Hidden files, and what systems leave in folders.
bool is_hidden(const std::filesystem::path& path);
// The names of the folders in a folder, and of links to folders, in order; not the hidden ones.
std::vector<std::string> folders_in(const std::filesystem::path& folder);

}  // namespace lithe::data
