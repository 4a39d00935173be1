// The options of a command, declared once: from the declarations they are parsed and checked
// (parse.h), explained (help.h), completed by shells and described in the manual page.
//
//   Options options("Shows what a model file holds.", "lithe show");
//   options.add_option("model", file, "model file")->required();
//   options.add_flag("--json", json, "print one JSON object");
//   if (const auto status = parse(options, arguments)) return *status;
//
// The names of the calls are those of CLI11, which splits the command line; only command_line.cc
// includes it, because its header takes six seconds to compile.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace lithe::app {

struct Range {
  template <typename Low, typename High>
  Range(Low lowest, High highest)
      : low(static_cast<double>(lowest)), high(static_cast<double>(highest)) {}
  double low, high;  // both included
};

struct OneOf {
  std::vector<std::string> words;
};

// The variable that an option's value goes to. The command owns it.
using Target = std::variant<bool*, std::string*, std::filesystem::path*, std::int32_t*,
                            std::uint64_t*, double*, std::optional<std::int32_t>*,
                            std::vector<std::string>*, std::vector<double>*>;

struct Option {
  std::vector<std::string> names;  // "-o", "--output"; of a positional argument "model"
  std::string help;
  Target target;
  std::string group_name = "Options", default_text = {};
  bool is_required = false, is_hidden = false;
  bool only_of_recipes = false;  // a key of recipes that the command line does not take
  bool value_of_flag = true;
  bool comma_separated = false;
  bool takes_several = false;         // values after one name
  std::size_t values = 1;             // how many after each name
  std::string implied = {};           // the value where none is given; only by "=" is one given
  std::optional<Range> range = {};    // that a number must lie in
  std::vector<std::string> allowed;   // the only values; empty: any
  std::vector<std::string> proposed;  // values that shells complete, among others
  std::vector<std::string> given;     // what the command line or the recipe says
  std::size_t count = 0;

  Option* required() { return is_required = true, this; }
  // Shows in the help what the variable holds now.
  Option* capture_default_str() { return default_text = print_value(), this; }
  Option* group(std::string name) { return group_name = std::move(name), this; }
  Option* hide() { return is_hidden = true, this; }
  Option* check(Range allowed_range) { return range = allowed_range, this; }
  Option* check(OneOf words) { return allowed = std::move(words.words), this; }
  Option* propose(std::vector<std::string> words) { return proposed = std::move(words), this; }
  Option* split_at_commas() { return comma_separated = true, this; }
  Option* expected(std::size_t number) { return values = number, this; }
  Option* sets(bool value) { return value_of_flag = value, this; }
  Option* implies(std::string value) { return implied = std::move(value), this; }

  bool is_flag() const { return std::holds_alternative<bool*>(target); }
  bool is_list() const;
  bool is_positional() const { return !names.front().starts_with('-'); }
  const std::string& name() const { return names.back(); }  // the long one
  std::string print_value() const;
  // "a whole number from 1 to 1024"; empty where any text will do.
  std::string expectation() const;
  // Gives the variable these values. Throws Error(usage) that names `where`.
  void assign(const std::vector<std::string>& texts, const std::string& where);
};

// An option and its values as they were written; a flag has "true" or "false".
struct GivenOption {
  std::string name;
  std::vector<std::string> values;
};

class Options {
 public:
  Options(std::string description, std::string name)
      : name_(std::move(name)), description_(std::move(description)) {}

  // `names`: "model", "--epochs", or several such as "-o,--output".
  Option* add_option(const std::string& names, Target target, std::string help);
  Option* add_flag(const std::string& names, bool& variable, std::string help) {
    return add_option(names, &variable, std::move(help));
  }
  template <typename Variable>
  Option* add_option(const std::string& names, Variable& variable, std::string help) {
    return add_option(names, Target(&variable), std::move(help));
  }
  Options* add_subcommand(const std::string& name, std::string description);
  void describe(std::string text) { description_ = std::move(text); }
  void footer(std::string text) { footer_ = std::move(text); }
  // Values for options that the command line does not give, from a file of `key = value` lines.
  void read_recipe(std::string path) { recipe_ = std::move(path); }

  const std::string& get_name() const { return name_; }  // "lithe data fetch"
  const std::string& description() const { return description_; }
  const std::string& footer() const { return footer_; }
  const std::string& recipe() const { return recipe_; }
  // Values for options that neither the command line nor the recipe gives: those of an earlier
  // command, kept in `file`.
  void go_on_from(std::vector<GivenOption> earlier, std::string file) {
    earlier_ = std::move(earlier), earlier_file_ = std::move(file);
  }
  const std::vector<GivenOption>& earlier() const { return earlier_; }
  const std::string& earlier_file() const { return earlier_file_; }
  // All that the command line, the recipe and the earlier command gave.
  std::vector<GivenOption> given() const;
  // "--epochs 40 (20 before)", for each that differs from the earlier command's.
  std::vector<std::string> changes() const;
  std::deque<Option>& all() { return options_; }
  const std::deque<Option>& all() const { return options_; }
  std::deque<Options>& subcommands() { return subcommands_; }
  const std::deque<Options>& subcommands() const { return subcommands_; }
  // Options that this command has no use for, and that its recipes may have: they are read and not
  // looked at.
  void leave_to_recipes(const std::vector<std::string>& names);
  Option* find(const std::string& name);  // "--epochs"; null where there is none
  // The one that a recipe means: also those that are left to recipes, and these first.
  Option* find_key(const std::string& key);
  // How often the command line or the recipe gives it.
  std::size_t count(const std::string& name) { return find(name)->count; }
  bool parsed() const { return parsed_; }  // a subcommand: whether it is the one asked for
  void mark_parsed() { parsed_ = true; }

 private:
  std::string name_, description_, footer_, recipe_, earlier_file_;
  std::vector<GivenOption> earlier_;
  std::deque<Option> options_;  // pointers to them stay valid
  std::deque<Options> subcommands_;
  bool parsed_ = false;
};

}  // namespace lithe::app
