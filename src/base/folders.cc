#include "base/folders.h"

#include <cstdlib>

namespace lithe::base {

std::filesystem::path path_from_environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

std::filesystem::path cache_folder() {
  if (const auto cache = path_from_environment("XDG_CACHE_HOME"); cache.is_absolute())
    return cache / "lithe";
  if (const auto home = path_from_environment("HOME"); home.is_absolute())
    return home / ".cache" / "lithe";
  return {};
}

}  // namespace lithe::base
