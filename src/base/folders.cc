#include "base/folders.h"

#include <fmt/format.h>

#include <cstdlib>

#include "lithe/error.h"

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

void make_folder(const std::filesystem::path& folder, const std::string& remedy) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && !std::filesystem::is_directory(folder))
    error = std::make_error_code(std::errc::not_a_directory);
  if (error)
    throw Error(ErrorKind::io, fmt::format("cannot make the folder: {}", error.message()),
                folder.string(), remedy);
}

}  // namespace lithe::base
