// The data folder: the user's choice, or the cache folder.
#include "base/folders.h"
#include "lithe/data.h"

namespace lithe {

std::filesystem::path data_folder(const std::string& chosen) {
  if (!chosen.empty()) return chosen;
  if (const auto folder = base::path_from_environment("LITHE_DATA"); !folder.empty()) return folder;
  return base::cache_folder();
}

}  // namespace lithe
