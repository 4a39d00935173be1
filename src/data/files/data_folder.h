// The folder that published data sets and decoded pictures are kept in.
#pragma once

#include <filesystem>

namespace lithe::data {

// Throws Error(usage) where no folder is known: data_folder() gives an empty path then, which is no
// error for data that need none.
void require_data_folder(const std::filesystem::path& folder);

}  // namespace lithe::data
