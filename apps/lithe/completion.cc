// lithe completion: scripts that complete commands in bash, zsh and fish, made from the
// declarations of the options; and the manual page (manual.cc).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>

#include "command.h"
#include "commands.h"
#include "help.h"
#include "manual.h"
#include "parse.h"

namespace lithe::app {

namespace {

// In single quotes of a shell.
std::string shell_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::vector<std::string> words_of(const Option& option) {
  return option.allowed.empty() ? option.proposed : option.allowed;
}

// "data fetch" of "lithe data fetch"
std::string path_of(const Options& options) { return options.get_name().substr(6); }

std::string last_word(const std::string& name) { return name.substr(name.rfind(' ') + 1); }

std::vector<std::string> option_names(const Options& options) {
  std::vector<std::string> names;
  for (const Option& option : options.all())
    if (!option.is_positional() && !option.is_hidden)
      names.insert(names.end(), option.names.begin(), option.names.end());
  names.emplace_back("--help");
  return names;
}

// What may stand where no option's value does: subcommands, words of positional arguments.
std::vector<std::string> plain_words(const Options& options) {
  std::vector<std::string> words;
  for (const Options& one : options.subcommands()) words.push_back(last_word(one.get_name()));
  for (const Option& option : options.all())
    if (option.is_positional()) {
      const std::vector<std::string> more = words_of(option);
      words.insert(words.end(), more.begin(), more.end());
    }
  return words;
}

std::string command_names() {
  std::string names;
  for (const Command& command : commands()) names += (names.empty() ? "" : " ") + command.name;
  return names;
}

std::string bash_script() {
  std::string values, words, parents;
  for (const Options& options : all_declarations()) {
    const std::string path = path_of(options);
    if (!options.subcommands().empty()) parents += (parents.empty() ? "" : "|") + path;
    words += fmt::format("    {}) words={} ;;\n", shell_quoted(path),
                         shell_quoted(fmt::format("{} {}", fmt::join(plain_words(options), " "),
                                                  fmt::join(option_names(options), " "))));
    for (const Option& option : options.all())
      if (!option.is_positional() && !words_of(option).empty())
        values += fmt::format("    {}) words={} ;;\n", shell_quoted(path + " " + option.name()),
                              shell_quoted(fmt::format("{}", fmt::join(words_of(option), " "))));
  }
  return fmt::format(
      R"(# Completion of lithe for bash. Made by `lithe completion bash`.
_lithe() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} last=${{COMP_WORDS[COMP_CWORD-1]}}
  local command=${{COMP_WORDS[1]}} words=
  COMPREPLY=()
  if (( COMP_CWORD == 1 )); then
    COMPREPLY=( $(compgen -W '{}' -- "$current") )
    return
  fi
  case $command in
    {}) (( COMP_CWORD > 2 )) && command="$command ${{COMP_WORDS[2]}}" ;;
  esac
  case "$command $last" in
{}  esac
  [[ -z $words ]] && case $command in
{}  esac
  COMPREPLY=( $(compgen -W "$words" -- "$current") $(compgen -f -- "$current") )
}}
complete -o filenames -F _lithe lithe
)",
      command_names(), parents, values, words);
}

// Of a specification of zsh's _arguments.
std::string zsh_escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string zsh_value(const Option& option) {
  const std::vector<std::string> words = words_of(option);
  return words.empty() ? "_files" : fmt::format("({})", fmt::join(words, " "));
}

std::string zsh_specification(const Option& option, const std::string& name) {
  const std::string repeated = option.is_list() ? "*" : "";
  const std::string text =
      fmt::format("{}{}[{}]", repeated, name, zsh_escaped(option_help(option)));
  std::string value;
  if (!option.is_flag())
    for (std::size_t i = 0; i < option.values; ++i)
      value += fmt::format(":value:{}", zsh_escaped(zsh_value(option)));
  return shell_quoted(text + value);
}

std::string zsh_arguments(const Options& options) {
  std::string text = "_arguments";
  for (const Option& option : options.all()) {
    if (option.is_hidden) continue;
    if (option.is_positional())
      text += " " + shell_quoted(fmt::format("{}:{}:{}", option.is_list() ? "*" : "",
                                             option.names.front(), zsh_value(option)));
    else
      for (const std::string& name : option.names) text += " " + zsh_specification(option, name);
  }
  return text + " '--help[print this help]'";
}

std::string zsh_described(const std::vector<std::pair<std::string, std::string>>& names) {
  std::string text;
  for (const auto& [name, help] : names)
    text += fmt::format("    {}\n", shell_quoted(zsh_escaped(name) + ":" + help));
  return text;
}

std::string zsh_script() {
  std::vector<std::pair<std::string, std::string>> names;
  for (const Command& command : commands()) names.emplace_back(command.name, command.help);
  std::string cases, parents;
  for (const Options& options : all_declarations()) {
    const std::string path = path_of(options);
    if (options.subcommands().empty()) {
      cases += fmt::format("    {}) {} ;;\n", shell_quoted(path), zsh_arguments(options));
      continue;
    }
    parents += (parents.empty() ? "" : "|") + path;
    std::vector<std::pair<std::string, std::string>> parts;
    for (const Options& one : options.subcommands())
      parts.emplace_back(last_word(one.get_name()), one.description());
    cases += fmt::format("    {}) parts=(\n{}    ); _describe command parts ;;\n",
                         shell_quoted(path), zsh_described(parts));
  }
  return fmt::format(
      R"(#compdef lithe
# Completion of lithe for zsh. Made by `lithe completion zsh`.
_lithe() {{
  local command
  local -a parts
  if (( CURRENT == 2 )); then
    parts=(
{}    )
    _describe command parts
    return
  fi
  command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
    {}) if (( CURRENT > 2 )); then
        command="$command $words[2]"
        shift words
        (( CURRENT-- ))
      fi ;;
  esac
  case $command in
{}    *) _files ;;
  esac
}}
_lithe "$@"
)",
      zsh_described(names), parents, cases);
}

// Whether the command line has got to that command.
std::string fish_condition(const Options& options) {
  const std::string path = path_of(options);
  const auto space = path.find(' ');
  if (space == path.npos) return "__fish_seen_subcommand_from " + path;
  return fmt::format("__fish_seen_subcommand_from {}; and __fish_seen_subcommand_from {}",
                     path.substr(0, space), path.substr(space + 1));
}

std::string fish_option(const std::string& condition, const Option& option) {
  std::string line = "complete -c lithe -n " + shell_quoted(condition);
  for (const std::string& name : option.names)
    if (name.starts_with("-"))
      line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!option.is_flag()) line += " -r";
  const std::vector<std::string> words = words_of(option);
  if (!words.empty())
    line += fmt::format(" -a {}", shell_quoted(fmt::format("{}", fmt::join(words, " "))));
  return line + " -d " + shell_quoted(option_help(option)) + "\n";
}

std::string fish_script() {
  std::string text = "# Completion of lithe for fish. Made by `lithe completion fish`.\n";
  for (const Command& command : commands())
    text += fmt::format("complete -c lithe -n __fish_use_subcommand -f -a {} -d {}\n", command.name,
                        shell_quoted(command.help));
  for (const Options& options : all_declarations()) {
    const std::string condition = fish_condition(options);
    for (const Options& one : options.subcommands())
      text += fmt::format("complete -c lithe -n {} -f -a {} -d {}\n", shell_quoted(condition),
                          last_word(one.get_name()), shell_quoted(one.description()));
    for (const Option& option : options.all()) {
      if (option.is_hidden) continue;
      if (option.is_positional() && words_of(option).empty()) continue;
      text += fish_option(condition, option);
    }
    if (options.subcommands().empty())
      text += fmt::format("complete -c lithe -n {} -l help -d 'print this help'\n",
                          shell_quoted(condition));
  }
  return text;
}

}  // namespace

int completion(const Arguments& arguments) {
  Options options("Prints a completion script for a shell, or the manual page, which is installed.",
                  "lithe completion");
  std::string what;
  options.add_option("what", what, "bash, zsh, fish, or man for the manual page")
      ->required()
      ->check(OneOf({"bash", "zsh", "fish", "man"}));
  options.footer("source <(lithe completion bash)");
  if (const auto status = parse(options, arguments)) return *status;
  fmt::print("{}", what == "bash"   ? bash_script()
                   : what == "zsh"  ? zsh_script()
                   : what == "fish" ? fish_script()
                                    : manual_page());
  return 0;
}

}  // namespace lithe::app
