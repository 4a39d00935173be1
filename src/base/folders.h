// The user's folders by the XDG base directory specification.
#pragma once

#include <filesystem>
#include <string>

namespace lithe::base {

// The path in an environment variable; empty where it is unset.
std::filesystem::path path_from_environment(const char* variable);

// Lithe's cache folder: $XDG_CACHE_HOME/lithe, or $HOME/.cache/lithe, or empty if neither is set. A
// relative path counts as unset, as the specification says. The folder need not exist.
std::filesystem::path cache_folder();

// Makes the folder and its parents where they are missing. Throws Error(io) with its name and
// `remedy`.
void make_folder(const std::filesystem::path& folder, const std::string& remedy);

}  // namespace lithe::base
