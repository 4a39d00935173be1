#include "help.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <iterator>

#include "terminal.h"

namespace lithe::app {

namespace {

constexpr std::size_t kColumn = 24;  // where the help of an option begins

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// What stands for the value: "N", "X", "crop|pad|stretch|ink", "DATA".
std::string placeholder(const Option& option) {
  if (option.is_positional()) return upper(option.names.front());
  if (!option.allowed.empty()) return fmt::format("{}", fmt::join(option.allowed, "|"));
  const std::string number = option.expectation();
  if (number.starts_with("a whole")) return "N";
  if (number.starts_with("a number")) return option.is_list() ? "X,..." : "X";
  return upper(option.name().substr(option.name().rfind('-') + 1));
}

void add_entry(std::string& text, const std::string& label, const std::string& help,
               std::size_t width) {
  std::string entry = "  " + label;
  if (entry.size() + 2 > kColumn) {
    while (entry.size() > width) {  // many values that may be chosen
      const std::size_t end = entry.rfind('|', width - 1);
      if (end == entry.npos) break;
      text += entry.substr(0, end + 1) + "\n";
      entry = "      " + entry.substr(end + 1);
    }
    text += entry + "\n";
    entry.clear();
  }
  entry.resize(std::max(entry.size(), kColumn), ' ');
  text += fold(entry + help, width, kColumn) + "\n";
}

void add_group(std::string& text, const Options& options, const std::string& group,
               std::size_t width) {
  text += fmt::format("\n{}\n", fold(group, width));
  for (const Option& option : options.all())
    if (!option.is_hidden && option.group_name == group && !option.is_positional())
      add_entry(text, option_label(option), option_help(option), width);
}

std::vector<std::string> groups_of(const Options& options) {
  std::vector<std::string> groups = {"Options"};
  for (const Option& option : options.all())
    if (!option.is_hidden && std::ranges::find(groups, option.group_name) == groups.end())
      groups.push_back(option.group_name);
  return groups;
}

}  // namespace

std::string usage_line(const Options& options) {
  std::string line = options.get_name();
  if (!options.subcommands().empty()) return line + " COMMAND [OPTIONS]";
  for (const Option& option : options.all())
    if (option.is_positional())
      line += (option.is_required ? " " : " [") + placeholder(option) +
              (option.is_list() ? "..." : "") + (option.is_required ? "" : "]");
    else if (option.is_required)
      line += " " + option_label(option);
  return line + " [OPTIONS]";
}

std::string option_label(const Option& option) {
  if (option.is_positional()) return placeholder(option);
  const std::string names = fmt::format("{}", fmt::join(option.names, ", "));
  if (option.is_flag()) return names;
  if (!option.implied.empty())
    return fmt::format("{}[={}]", names, fmt::join(option.proposed, "|"));
  std::string label = names;
  for (std::size_t i = 0; i < option.values; ++i) label += " " + placeholder(option);
  return label;
}

std::string option_help(const Option& option) {
  std::vector<std::string> facts;
  if (option.allowed.empty() && option.range) {
    const std::string expected = option.expectation();
    const auto numbers = expected.find("number");
    facts.push_back(expected.substr(expected.find_first_not_of("number ,", numbers)));
  }
  if (!option.default_text.empty()) facts.push_back("default: " + option.default_text);
  if (facts.empty()) return option.help;
  const std::string text = fmt::format("{}", fmt::join(facts, "; "));
  return option.help.ends_with(')')  // one pair of brackets is enough
             ? option.help.substr(0, option.help.size() - 1) + "; " + text + ")"
             : fmt::format("{} ({})", option.help, text);
}

std::string help_text(const Options& options, std::size_t width) {
  std::string text = fold("usage: " + usage_line(options), width) + "\n\n";
  text += fold(options.description(), width, 0) + "\n";
  if (!options.subcommands().empty()) text += "\nCommands\n";
  for (const Options& one : options.subcommands())
    add_entry(text, one.get_name().substr(options.get_name().size() + 1), one.description(), width);
  const bool has_arguments = std::ranges::any_of(
      options.all(), [](const Option& option) { return option.is_positional(); });
  if (has_arguments) text += "\nArguments\n";
  for (const Option& option : options.all())
    if (option.is_positional()) add_entry(text, option_label(option), option_help(option), width);
  for (const std::string& group : groups_of(options)) {
    add_group(text, options, group, width);
    if (group == "Options") add_entry(text, "-h, --help", "print this help", width);
  }
  if (!options.subcommands().empty())
    text += fmt::format("\n`{} COMMAND --help` says more.\n", options.get_name());
  if (!options.footer().empty()) text += "\n" + fold(options.footer(), width, 0) + "\n";
  return text;
}

}  // namespace lithe::app
