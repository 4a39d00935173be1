#include "recipes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "base/nearest.h"
#include "lithe/error.h"
#include "lithe/table.h"

namespace lithe::app {

namespace {

std::vector<std::filesystem::path> folders() {
  std::vector<std::filesystem::path> result;
  if (const char* chosen = std::getenv("LITHE_RECIPES"); chosen != nullptr && *chosen != '\0')
    result.emplace_back(chosen);
  result.emplace_back("recipes");
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  if (!program.empty())
    result.push_back(program.parent_path().parent_path() / "share" / "lithe" / "recipes");
  result.emplace_back(LITHE_SOURCE_RECIPES);
  return result;
}

std::vector<std::filesystem::path> recipes_within(const std::string& part) {
  std::vector<std::filesystem::path> result;
  for (const auto& folder : folders()) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder / part, ignored)) {
      const bool known = std::any_of(result.begin(), result.end(), [&](const auto& path) {
        return path.filename() == entry.path().filename();
      });
      if (entry.path().extension() == ".toml" && !known) result.push_back(entry.path());
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

// Whoever forgets --data names a file or a folder where a recipe stands.
void refuse_data(const std::string& name) {
  std::error_code unknown;
  if (is_table_path(name) || std::filesystem::is_directory(name, unknown))
    throw Error(ErrorKind::usage, fmt::format("'{}' is no recipe, but data", name), {},
                "--data " + name);
}

}  // namespace

std::vector<std::filesystem::path> all_recipes() { return recipes_within("."); }
std::vector<std::string> recipe_names() {
  std::vector<std::string> names;
  for (const auto& path : all_recipes()) names.push_back(path.stem());
  return names;
}
std::vector<std::filesystem::path> all_agent_recipes() { return recipes_within("rl"); }

std::optional<std::filesystem::path> find_agent_recipe(const std::string& name) {
  if (name.ends_with(".toml")) {
    if (std::filesystem::is_regular_file(name)) return name;
    throw Error(ErrorKind::usage, fmt::format("there is no recipe file '{}'", name));
  }
  for (const auto& path : all_agent_recipes())
    if (path.stem() == name) return path;
  return std::nullopt;
}

std::filesystem::path find_recipe(const std::string& name) {
  if (name.find('/') != name.npos || name.ends_with(".toml")) {
    refuse_data(name);
    if (std::filesystem::is_regular_file(name)) return name;
    throw Error(ErrorKind::usage, fmt::format("there is no recipe file '{}'", name));
  }
  std::vector<std::string> names;
  for (const auto& path : all_recipes()) {
    if (path.stem() == name) return path;
    names.push_back(path.stem());
  }
  if (find_agent_recipe(name))
    throw Error(ErrorKind::usage, fmt::format("'{}' learns from rewards", name), {},
                fmt::format("lithe rl train {}", name));
  refuse_data(name);
  const std::string near = base::nearest(name, names);
  throw Error(ErrorKind::usage, fmt::format("there is no recipe '{}'", name), {},
              near.empty() ? fmt::format("one of {}", fmt::join(names, ", ")) : near);
}

std::string recipe_summary(const std::filesystem::path& recipe) {
  std::ifstream file(recipe);
  std::string text;
  for (std::string line; std::getline(file, line) && line.starts_with("#");) {
    line.erase(0, line.find_first_not_of("# "));
    text += (text.empty() ? "" : " ") + line;
  }
  text = text.substr(0, text.find(". "));
  if (text.ends_with('.')) text.pop_back();  // of an only sentence
  return text;
}

}  // namespace lithe::app
