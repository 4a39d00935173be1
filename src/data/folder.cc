// The data folder: the user's choice, or the cache folder of the XDG base directory standard.
#include <cstdlib>

#include "lithe/data.h"
#include "lithe/error.h"

namespace lithe {

namespace {

// An empty variable counts as unset, as the standard says.
std::filesystem::path from_environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

}  // namespace

std::filesystem::path data_folder(const std::string& chosen) {
  if (!chosen.empty()) return chosen;
  if (const auto folder = from_environment("LITHE_DATA"); !folder.empty()) return folder;
  // The standard wants relative paths ignored here.
  if (const auto cache = from_environment("XDG_CACHE_HOME"); cache.is_absolute())
    return cache / "lithe";
  if (const auto home = from_environment("HOME"); !home.empty()) return home / ".cache" / "lithe";
  throw Error(ErrorKind::usage, "no folder for data sets is known: HOME is not set", {},
              "set LITHE_DATA or give --data-dir");
}

}  // namespace lithe
