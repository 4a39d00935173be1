#include "command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>

#include "lithe/error.h"

namespace lithe::app {

namespace {

// Values are kept as text: Option::assign checks and reads them, with errors in our own words.
void declare(CLI::App& app, Option& option) {
  const std::string names = fmt::format("{}", fmt::join(option.names, ","));
  if (option.is_flag()) {
    app.add_flag_callback(names, [&option] { option.count = 1; });
    return;
  }
  CLI::Option* const added = app.add_option(names, option.given);
  if (option.values > 1) {
    added->expected(static_cast<int>(option.values));
  } else if (option.is_list()) {
    added->allow_extra_args(option.takes_several);
  } else {
    // One value: a positional argument leaves those behind it to the next.
    added->expected(1)->allow_extra_args(false);
    added->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
}

// CLI11's words begin with the option's name.
[[noreturn]] void refuse(Options& options, const std::string& words) {
  const std::string name = words.substr(0, words.find(':'));
  const Option* const option = options.find(name);
  if (option == nullptr)
    throw Error(ErrorKind::usage, words, options.get_name(),
                fmt::format("`{} --help`", options.get_name()));
  const std::string expected = option->expectation();
  throw Error(ErrorKind::usage,
              option->values > 1 ? fmt::format("{} values must follow this option", option->values)
                                 : "a value must follow this option",
              name,
              !expected.empty()
                  ? expected
                  : fmt::format("`{} --help` says what it takes", options.get_name()));
}

constexpr const char* kRecipeLines = "lines such as `epochs = 10` and `loss = \"cross_entropy\"`";

std::string place_of(const std::string& path, std::size_t line) {
  return fmt::format("line {} of {}", line, path);
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == text.npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// The line of each key. CLI11 reads the values; it takes a line without one for a flag, and joins
// the values of a key that is there twice.
std::map<std::string, std::size_t> lines_of_keys(const std::string& path) {
  std::map<std::string, std::size_t> lines;
  std::ifstream file(path);
  std::string text;
  for (std::size_t line = 1; std::getline(file, text); ++line) {
    text = trimmed(text);
    if (text.empty() || text.front() == '#') continue;
    const std::size_t sign = text.find('=');
    const std::string key = trimmed(text.substr(0, sign));
    const bool is_word = std::ranges::all_of(
        key, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
    if (sign == text.npos || key.empty() || !is_word || trimmed(text.substr(sign + 1)).empty())
      throw Error(ErrorKind::usage, fmt::format("'{:.60}' is no line of a recipe", text),
                  place_of(path, line), kRecipeLines);
    const auto [before, added] = lines.emplace(key, line);
    if (!added)
      throw Error(ErrorKind::usage,
                  fmt::format("'{:.60}' stands in line {} already", key, before->second),
                  place_of(path, line), "one of the two lines");
  }
  return lines;
}

// "--json=yes": CLI11 would take some words for a flag's value.
void check_flags(Options& options, const Arguments& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") return;
    const std::string name = argument.substr(0, argument.find('='));
    const Option* const option = name.starts_with("--") ? options.find(name) : nullptr;
    if (option != nullptr && option->is_flag() && name != argument)
      throw Error(ErrorKind::usage, "this option takes no value", name, name);
  }
}

}  // namespace

MatchedLine match(Options& options, const Arguments& arguments) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  MatchedLine result;
  app.add_flag("-h,--help", result.asks_for_help);
  for (Option& option : options.all())
    if (!option.only_of_recipes) declare(app, option);
  check_flags(options, arguments);
  Arguments reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants them
  for (std::string& argument : reversed) {
    const Option* const option = argument.starts_with("--") ? options.find(argument) : nullptr;
    if (option != nullptr && !option->implied.empty()) argument += "=" + option->implied;
  }
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    refuse(options, error.what());
  }
  for (Option& option : options.all()) option.count += option.given.size();
  result.unknown = app.remaining();
  return result;
}

std::vector<RecipeEntry> read_recipe_file(const std::string& path) {
  const std::map<std::string, std::size_t> lines = lines_of_keys(path);
  std::vector<RecipeEntry> entries;
  try {
    for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_file(path)) {
      const auto line = lines.find(item.fullname());
      const std::string where = line == lines.end() ? path : place_of(path, line->second);
      if (item.inputs.empty())
        throw Error(ErrorKind::usage, fmt::format("'{:.60}' has no value", item.fullname()), where,
                    kRecipeLines);
      entries.push_back({item.fullname(), item.inputs, where});
    }
  } catch (const CLI::Error& error) {
    throw Error(ErrorKind::usage, fmt::format("the recipe cannot be read: {}", error.what()), path,
                kRecipeLines);
  }
  return entries;
}

}  // namespace lithe::app
