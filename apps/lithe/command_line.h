// What CLI11 does for the program: it splits command lines, and reads recipes.
#pragma once

#include <string>
#include <vector>

#include "command.h"
#include "options.h"

namespace lithe::app {

struct MatchedLine {
  bool asks_for_help = false;
  std::vector<std::string> unknown;  // what no declaration takes
};

// Puts each argument into `given` and `count` of the option that takes it. Throws Error(usage)
// where a value is missing.
MatchedLine match(Options& options, const Arguments& arguments);

struct RecipeEntry {
  std::string key;
  std::vector<std::string> values;
  std::string where;  // the file and the line
};

// Throws Error(usage) where the file is not lines of `key = value`, or has a key twice.
std::vector<RecipeEntry> read_recipe_file(const std::string& path);

}  // namespace lithe::app
