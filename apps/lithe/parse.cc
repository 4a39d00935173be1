#include "parse.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"

namespace lithe::app {

std::optional<int> parse(CLI::App& app, const Arguments& arguments) {
  constexpr int kMisused = 2;
  Arguments reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants them
  try {
    app.parse(reversed);
  } catch (const CLI::ConfigError& error) {
    // CLI11's own words end in the key.
    const std::string words = error.what(), key = words.substr(words.rfind(' ') + 1);
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options())
      for (const std::string& name : option->get_lnames()) names.push_back(name);
    const std::string near = base::nearest(key, names);
    fmt::print(stderr, "lithe: the recipe says '{}', which is no option of {}{}\n", key,
               app.get_name(), near.empty() ? "" : "\n  try: " + near);
    return kMisused;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kMisused;
  }
  return std::nullopt;
}

void add_data_options(CLI::App& app, std::string& data, std::string& data_dir) {
  app.add_option(
         "--data", data,
         "a data set by name (`lithe data list`), a table, or a folder: pictures, a class a "
         "folder, or the files of IDX or CIFAR")
      ->capture_default_str();
  app.add_option("--data-dir", data_dir,
                 "folder of data sets (default: $LITHE_DATA, else the user's cache folder)");
}

}  // namespace lithe::app
