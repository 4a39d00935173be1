// The data folder: the user's choice, or the cache folder.
#include "base/folders.h"
#include "lithe/data.h"
#include "lithe/error.h"

namespace lithe {

std::filesystem::path data_folder(const std::string& chosen) {
  if (!chosen.empty()) return chosen;
  if (const auto folder = base::path_from_environment("LITHE_DATA"); !folder.empty()) return folder;
  if (const auto folder = base::cache_folder(); !folder.empty()) return folder;
  throw Error(ErrorKind::usage, "no folder for data sets is known: HOME is not set", {},
              "set LITHE_DATA or give --data-dir");
}

}  // namespace lithe
