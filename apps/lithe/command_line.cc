#include "command_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>

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
  for (Option& option : options.all()) declare(app, option);
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
  std::vector<RecipeEntry> entries;
  try {
    for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_file(path)) {
      if (std::ranges::find(entries, item.fullname(), &RecipeEntry::key) != entries.end())
        throw Error(ErrorKind::usage, fmt::format("the recipe has '{}' twice", item.fullname()),
                    path, "one of the two lines");
      entries.push_back({item.fullname(), item.inputs});
    }
  } catch (const CLI::Error& error) {
    throw Error(ErrorKind::usage, fmt::format("the recipe cannot be read: {}", error.what()), path,
                "lines such as `epochs = 10` and `loss = \"cross_entropy\"`");
  }
  return entries;
}

}  // namespace lithe::app
