#include "parse.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/nearest.h"
#include "command_line.h"
#include "help.h"
#include "lithe/data.h"
#include "lithe/error.h"
#include "terminal.h"

namespace lithe::app {

namespace {

// Where set, a request for help hands the declarations over instead of printing them.
Options* collected = nullptr;

int give_help(const Options& options) {
  if (collected != nullptr)
    *collected = options;
  else
    fmt::print("{}", help_text(options, terminal_width()));
  return 0;
}

// Options of other programs, and what says the same here. Each remedy works as it is written.
struct Elsewhere {
  const char *name, *problem, *remedy;
};
constexpr Elsewhere kElsewhere[] = {
    {"--lr", "the learning rate is an argument of the optimizer", "--optimizer \"adam(0.001)\""},
    {"--learning-rate", "the learning rate is an argument of the optimizer",
     "--optimizer \"adam(0.001)\""},
    {"--momentum", "momentum is an argument of the optimizer",
     "--optimizer \"momentum(0.01, 0.9)\""},
    {"--weight-decay", "weight decay is an argument of the optimizer",
     "--optimizer \"adamw(0.001, weight_decay=0.01)\""},
    {"--scheduler", "the schedule stands in the place of the learning rate",
     "--optimizer \"adam(cosine(0.001))\""},
    {"--schedule", "the schedule stands in the place of the learning rate",
     "--optimizer \"adam(cosine(0.001))\""},
    {"--batch-size", "the option has a shorter name", "--batch 32"},
    {"--dropout", "dropout is a layer of the network",
     "--network \"dense(100, relu) -> dropout(0.5) -> dense(10)\""},
    {"--early-stopping", "the option is --patience", "--patience 3 --validation 10%"},
    {"--device", "Lithe runs on the processor", "--threads 2"},
    {"--dtype", "the option is --precision", "--precision float64"},
    {"--float64", "the option is --precision", "--precision float64"},
    {"--model", "the model file of a training is named by --output", "--output model.safetensors"},
};

// The name that was probably meant: the nearest, or one that begins as `name` does.
std::string meant_option(const std::string& name, const Options& options) {
  std::vector<std::string> names;
  for (const Option& option : options.all())
    if (!option.is_positional() && !option.is_hidden)
      names.insert(names.end(), option.names.begin(), option.names.end());
  const std::string near = base::nearest(name, names);
  if (!near.empty() || name.size() < 4) return near;
  for (const std::string& one : names)
    if (one.starts_with(name) || (one.size() > 4 && name.starts_with(one))) return one;
  return "";
}

[[noreturn]] void refuse_option(std::string name, Options& options) {
  name = name.substr(0, name.find('='));
  for (const Elsewhere& elsewhere : kElsewhere)
    if (name == elsewhere.name) {
      const std::string remedy(elsewhere.remedy);
      if (options.find(remedy.substr(0, remedy.find(' '))) == nullptr) break;
      throw Error(ErrorKind::usage,
                  fmt::format("there is no option '{}': {}", name, elsewhere.problem),
                  options.get_name(), remedy);
    }
  const std::string near = meant_option(name, options);
  throw Error(
      ErrorKind::usage, fmt::format("there is no option '{:.60}'", name), options.get_name(),
      !near.empty() ? near : fmt::format("`{} --help` lists the options", options.get_name()));
}

// An option is told before words, which may be its value.
void refuse_unknown(const std::vector<std::string>& unknown, Options& options) {
  if (unknown.empty()) return;
  for (const std::string& word : unknown)
    if (word.size() > 1 && word.front() == '-') refuse_option(word, options);
  throw Error(ErrorKind::usage, fmt::format("'{:.60}' is one argument too many", unknown.front()),
              options.get_name(), usage_line(options));
}

void take(Option& option, const std::vector<std::string>& values, const std::string& where) {
  option.count = 1;
  option.given = values;
  option.assign(values, where);
}

void apply_recipe(Options& options) {
  if (options.recipe().empty()) return;
  for (const RecipeEntry& entry : read_recipe_file(options.recipe())) {
    Option* const option = options.find_key(entry.key);
    if (option == nullptr) {
      std::vector<std::string> keys;
      for (const Option& one : options.all())
        if (!one.is_positional()) keys.push_back(one.name().substr(2));
      const std::string near = base::nearest(entry.key, keys);
      throw Error(
          ErrorKind::usage,
          fmt::format("'{:.60}' is not an option of {}", entry.key, options.get_name()),
          entry.where,
          !near.empty() ? near : fmt::format("`{} --help` lists the options", options.get_name()));
    }
    if (option->count > 0) continue;  // the command line wins
    take(*option, entry.values, fmt::format("{}, {}", entry.key, entry.where));
  }
}

void apply_earlier(Options& options) {
  for (const GivenOption& one : options.earlier()) {
    Option* const option = options.find(one.name);
    if (option == nullptr)
      throw Error(ErrorKind::model, fmt::format("there is no option '{:.60}'", one.name),
                  options.earlier_file(), "the version of Lithe that wrote it");
    if (option->count == 0)
      take(*option, one.values, fmt::format("{} of {}", one.name, options.earlier_file()));
  }
}

void apply_command_line(Options& options) {
  for (Option& option : options.all()) {
    if (option.count == 0) continue;
    if (option.is_flag()) {
      *std::get<bool*>(option.target) = option.value_of_flag;
      option.given = {option.value_of_flag ? "true" : "false"};
    } else if (!option.given.empty()) {
      option.assign(option.given, option.name());
    }
  }
}

void check_required(const Options& options) {
  for (const Option& option : options.all())
    if (option.is_required && option.count == 0)
      throw Error(ErrorKind::usage, fmt::format("{} is missing", option_label(option)),
                  options.get_name(), usage_line(options));
}

// "lithe data fetch mnist": what follows the subcommand's name is its own.
std::optional<int> parse_subcommand(Options& options, const Arguments& arguments) {
  std::vector<std::string> names;
  for (Options& one : options.subcommands()) {
    names.push_back(one.get_name().substr(options.get_name().size() + 1));
    if (arguments.empty() || names.back() != arguments.front()) continue;
    one.mark_parsed();
    return parse(one, {arguments.begin() + 1, arguments.end()});
  }
  if (arguments.empty())
    throw Error(ErrorKind::usage, "a command must follow", options.get_name(),
                fmt::format("{} {}", options.get_name(),
                            fmt::join(names, fmt::format(", {} ", options.get_name()))));
  if (arguments.front() == "--help" || arguments.front() == "-h") return give_help(options);
  if (arguments.front().starts_with('-')) refuse_option(arguments.front(), options);
  const std::string near = base::nearest(arguments.front(), names);
  throw Error(ErrorKind::usage, fmt::format("there is no command '{:.60}'", arguments.front()),
              options.get_name(),
              near.empty() ? fmt::format("one of {}", fmt::join(names, ", "))
                           : fmt::format("{} {}", options.get_name(), near));
}

}  // namespace

std::optional<int> parse(Options& options, const Arguments& arguments) {
  if (!options.subcommands().empty()) return parse_subcommand(options, arguments);
  const MatchedLine line = match(options, arguments);
  if (line.asks_for_help) return give_help(options);
  refuse_unknown(line.unknown, options);
  apply_command_line(options);
  apply_recipe(options);
  apply_earlier(options);
  check_required(options);
  return std::nullopt;
}

Options declarations_of(int (*command)(const Arguments&), const Arguments& arguments) {
  Options result("", "");
  collected = &result;
  Arguments asking = arguments;
  asking.emplace_back("--help");
  command(asking);
  collected = nullptr;
  return result;
}

void add_data_options(Options& options, std::string& data, std::string& data_dir) {
  options
      .add_option("--data", data,
                  "a data set by name (`lithe data list`), a table (.csv, .tsv, .txt, .xlsx, .npz "
                  "and others, docs/tables.md), or a folder: of pictures, texts or sequences "
                  "with a folder for each class, or of IDX or CIFAR files")
      ->capture_default_str()
      ->propose(dataset_names());
  add_data_folder(options, data_dir);
}

void add_data_folder(Options& options, std::string& data_dir) {
  options.add_option("--data-dir", data_dir,
                     "folder of data sets (default: $LITHE_DATA, else the user's cache folder)");
}

}  // namespace lithe::app
