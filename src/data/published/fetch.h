// Fetches files from the first mirror that has them right. Nothing takes its final name before its
// digest has been checked.
#pragma once

#include <filesystem>
#include <span>

#include "data/published/catalog.h"
#include "lithe/data.h"

namespace lithe::data {

// Into `folder`, which is made where it is missing, from options.mirrors.
void fetch_files(std::span<const RemoteFile> files, const std::filesystem::path& folder,
                 const FetchOptions& options);

}  // namespace lithe::data
