// The user's folders, as the XDG base directory standard places them.
#pragma once

#include <filesystem>
#include <string>

namespace lithe::base {

// The path that an environment variable holds, empty where it is unset or empty.
std::filesystem::path path_from_environment(const char* variable);

// Lithe's cache folder: $XDG_CACHE_HOME/lithe, else $HOME/.cache/lithe, else empty. A relative path
// counts as unset, as the standard says. The folder need not exist.
std::filesystem::path cache_folder();

// Makes the folder and those above it, where they are not there. Throws Error(io) that names it,
// with `remedy`.
void make_folder(const std::filesystem::path& folder, const std::string& remedy);

}  // namespace lithe::base
