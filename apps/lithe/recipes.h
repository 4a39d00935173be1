// Where recipes are found: files of options, in TOML, whose keys are the long options of `train`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lithe::app {

// A path (with a slash or ending in .toml) is taken as it is; a name is looked for in
// $LITHE_RECIPES, ./recipes, the installed recipes, and those beside the sources this program was
// built from. Throws Error(usage) with the names that there are.
std::filesystem::path find_recipe(const std::string& name);
std::vector<std::filesystem::path> all_recipes();
std::vector<std::string> recipe_names();
// Those of agents, for `lithe rl train`, stand in the folder rl of these. None of that name: no
// path.
std::optional<std::filesystem::path> find_agent_recipe(const std::string& name);
std::vector<std::filesystem::path> all_agent_recipes();

// The first sentence of the comment at its head; empty if it has none.
std::string recipe_summary(const std::filesystem::path& recipe);

}  // namespace lithe::app
