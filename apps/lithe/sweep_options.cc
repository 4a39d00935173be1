#include "sweep_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/nearest.h"
#include "command_line.h"
#include "lithe/error.h"
#include "parse.h"
#include "training_data.h"

namespace lithe::app {

namespace {

// Of one training that somebody looks at, and has no place among many. Recipes may have them.
const std::vector<std::string> kOfOneTraining = {
    "--state",    "--keep-every",      "--resume",        "--keep",          "--profile",
    "--explain",  "--verbose",         "--threads",       "--oversubscribe", "--pin",
    "--cv",       "--ensemble",        "--curve",         "--watch",         "--score",
    "--promise",  "--report",          "--splits",        "--unknown",       "--unknown-acceptance",
    "--outliers", "--outlier-classes", "--outlier-weight"};
// The sweep's own, in which nothing can be tried.
const std::set<std::string> kOfTheSweep = {"--try",    "--search",  "--trials",      "--metric",
                                           "--factor", "--workers", "--keep-models", "--folder",
                                           "--join",   "--part",    "--show",        "--report",
                                           "--json",   "--output",  "--seed",        "--seeds"};

void add_sweep_options(Options& app, SweepChoice& c) {
  const std::string group = "Many trainings";
  app.leave_to_recipes(kOfOneTraining);
  app.add_option("--try", c.tries,
                 "what is tried, and its values: units=16,32,64, rate=1e-4..1e-1:log, "
                 "units=8..256 (whole numbers); {units} in another option stands for the value; "
                 "repeated, several")
      ->group(group);
  app.add_option("--search", c.search,
                 "sobol: points that cover the space evenly; random; grid: all combinations; "
                 "halving: the better third of the trials is trained for three times as long")
      ->capture_default_str()
      ->check(OneOf({"sobol", "random", "grid", "halving"}))
      ->group(group);
  app.add_option("--trials", c.trials, "number of trials; a grid has as many as it has points")
      ->capture_default_str()
      ->check(Range(std::uint64_t{1}, std::uint64_t{1'000'000}))
      ->group(group);
  app.add_option("--metric", c.metric,
                 "what the trials are compared by, on validation examples: accuracy, rmse or loss "
                 "(default: accuracy of classes, rmse of numbers)")
      ->check(OneOf({"accuracy", "rmse", "loss"}))
      ->group(group);
  app.add_option("--factor", c.factor,
                 "halving: one trial in this many goes on to this many times the epochs")
      ->capture_default_str()
      ->check(Range(std::uint64_t{2}, std::uint64_t{1000}))
      ->group(group);
  app.add_option("--folder", c.folder,
                 "folder of the sweep; the same command goes on with what is in it")
      ->capture_default_str()
      ->group(group);
  app.add_option("--workers", c.workers,
                 "trials at a time, each on one thread (default: one for each processor)")
      ->check(Range(std::uint64_t{1}, std::uint64_t{4096}))
      ->group(group);
  app.add_option("--keep-models", c.keep_models,
                 "of this many of the best trials the folder keeps the models")
      ->capture_default_str()
      ->check(Range(std::uint64_t{1}, std::uint64_t{1'000'000}))
      ->group(group);
  app.add_option("--join", c.join,
                 "folder of a sweep to work on, also from another machine; its options stand there")
      ->group(group);
  app.add_option("--part", c.part,
                 "3/16: only each sixteenth trial from the third on, as a task of a batch system")
      ->group(group);
  app.add_option("--show", c.show, "folder of a sweep whose results to show")->group(group);
  app.add_option("--report", c.report,
                 "with --show, folder for a report: index.html, a page of all trials, and "
                 "report.json")
      ->group(group);
}

std::vector<SweepParameter> parameters_in(const Arguments& arguments) {
  const std::string name = "--try";
  std::vector<SweepParameter> parameters;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].starts_with(name + "="))
      parameters.push_back(SweepParameter::parse(arguments[i].substr(name.size() + 1)));
    else if (arguments[i] == name && i + 1 < arguments.size())
      parameters.push_back(SweepParameter::parse(arguments[++i]));
  }
  return parameters;
}

// One value each, whichever: enough to read the other options by.
std::vector<std::string> any_values(const std::vector<SweepParameter>& parameters) {
  std::vector<std::string> values;
  for (const SweepParameter& parameter : parameters) values.push_back(parameter.value_at(0));
  return values;
}

// The names in braces.
std::vector<std::string> names_in_braces(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t open = text.find('{'); open != text.npos; open = text.find('{', open + 1)) {
    const std::size_t close = text.find_first_of("{}", open + 1);
    if (close != text.npos && text[close] == '}')
      names.push_back(text.substr(open + 1, close - open - 1));
  }
  return names;
}

void check_braced(const std::string& name, const std::string& option,
                  const std::vector<SweepParameter>& parameters) {
  std::vector<std::string> known;
  for (const SweepParameter& parameter : parameters) known.push_back(parameter.name);
  if (std::ranges::find(known, name) != known.end()) return;
  const std::string near = base::nearest(name, known);
  throw Error(ErrorKind::usage, fmt::format("{{{:.60}}} stands for nothing that is tried", name),
              option,
              near.empty() ? fmt::format("--try {:.60}=... with its values", name)
                           : fmt::format("{{{}}}", near));
}

void check_braces(const SweepArguments& written, const std::vector<SweepParameter>& parameters) {
  std::set<std::string> used;
  for (const GivenOption& option : written.options())
    for (const std::string& value : option.values)
      for (const std::string& name : names_in_braces(value)) {
        check_braced(name, option.name, parameters);
        if (kOfTheSweep.contains(option.name))
          throw Error(ErrorKind::usage,
                      fmt::format("{{{}}} in an option of the sweep itself", name), option.name,
                      "one value for all trials");
        used.insert(name);
      }
  for (const SweepParameter& parameter : parameters)
    for (const std::string& choice : parameter.choices)
      for (const std::string& name : names_in_braces(choice)) {
        check_braced(name, "--try " + parameter.name, parameters);
        used.insert(name);
      }
  for (const SweepParameter& parameter : parameters)
    if (!used.contains(parameter.name))
      throw Error(ErrorKind::usage,
                  fmt::format("'{}' is tried, and stands in no option", parameter.name),
                  "--try " + parameter.name,
                  fmt::format("{{{}}} where its value belongs, as in --batch {{{}}}",
                              parameter.name, parameter.name));
}

std::string quoted(const std::string& text) {
  const bool plain =
      !text.empty() &&
      text.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%") == text.npos;
  if (plain) return text;
  if (text.find_first_of("\"\\$`!") == text.npos) return "\"" + text + "\"";
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

}  // namespace

bool SweepArguments::has(const std::string& option) const {
  return std::ranges::find(options_, option, &GivenOption::name) != options_.end();
}

std::string SweepArguments::text_of(const std::string& option) const {
  const auto found = std::ranges::find(options_, option, &GivenOption::name);
  return found == options_.end() || found->values.empty() ? "" : found->values.back();
}

void SweepArguments::set(const std::string& option, const std::string& value) {
  const auto found = std::ranges::find(options_, option, &GivenOption::name);
  if (found != options_.end())
    found->values = {value};
  else
    options_.push_back({option, {value}});
}

bool SweepArguments::is_tried(const std::string& option,
                              const std::vector<SweepParameter>& parameters) const {
  const auto found = std::ranges::find(options_, option, &GivenOption::name);
  return found != options_.end() &&
         std::ranges::any_of(found->values, [&](const std::string& value) {
           return std::ranges::any_of(parameters, [&](const SweepParameter& parameter) {
             return value.find("{" + parameter.name + "}") != value.npos;
           });
         });
}

std::string fill_in(std::string text, const std::vector<SweepParameter>& parameters,
                    const std::vector<std::string>& values) {
  constexpr int kDeepest = 3;  // a value may have names in it, and theirs too
  for (int pass = 0; pass < kDeepest; ++pass)
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const std::string mark = "{" + parameters[i].name + "}";
      for (std::size_t at = 0; (at = text.find(mark, at)) != text.npos; at += values[i].size())
        text.replace(at, mark.size(), values[i]);
    }
  return text;
}

Arguments SweepArguments::filled(const std::vector<SweepParameter>& parameters,
                                 const std::vector<std::string>& values) const {
  Arguments arguments;
  for (const GivenOption& option : options_) {
    if (option.values.empty()) arguments.push_back(option.name);  // a flag
    for (const std::string& value : option.values) {
      if (option.name.starts_with('-')) arguments.push_back(option.name);
      arguments.push_back(fill_in(value, parameters, values));
    }
  }
  return arguments;
}

std::string shell_line(const Arguments& arguments) {
  std::string line = "lithe train";
  for (const std::string& argument : arguments) line += " " + quoted(argument);
  return line;
}

std::optional<int> parse_sweep(const Arguments& arguments, SweepChoice& choice, std::string& output,
                               std::vector<SweepParameter>& parameters, SweepArguments& written) {
  parameters = parameters_in(arguments);
  const std::vector<std::string> values = any_values(parameters);
  Arguments filled;
  for (const std::string& argument : arguments)
    filled.push_back(fill_in(argument, parameters, values));
  Options declared("", "lithe sweep");
  TrainCommand command;
  const auto status = parse_train(filled, command, "sweep", [&](Options& app) {
    add_sweep_options(app, choice);
    app.describe("Trains with many settings: what `lithe train` takes, {names} for values to try.");
    app.footer(
        "lithe sweep --data digits --network \"dense({units}, relu) -> dense(10)\" "
        "--try units=16,32,64");
    declared = app;
  });
  if (status) return status;
  choice.json = command.json;
  if (!command.keeps_earlier) output = command.output;
  match(declared, arguments);  // as they were written
  std::vector<GivenOption> given;
  for (const Option& option : declared.all())
    if (option.count > 0) given.push_back({option.name(), option.given});
  choice.chose_trials = declared.count("--trials") > 0;
  std::erase_if(given, [](const GivenOption& one) { return one.name == "--try"; });
  check_braces(SweepArguments(given), parameters);
  std::erase_if(given, [](const GivenOption& one) {
    return kOfTheSweep.contains(one.name) && one.name != "--seed" && one.name != "--seeds";
  });
  written = SweepArguments(std::move(given));
  return std::nullopt;
}

TrainCommand parse_trial(const Arguments& arguments) {
  TrainCommand command;
  parse_train(arguments, command, "sweep",
              [](Options& app) { app.leave_to_recipes(kOfOneTraining); });
  command.options.threads = 1;
  return command;
}

bool is_about_data(const std::string& option) {
  static const std::set<std::string> names = [] {
    DataChoice choice;
    Options app("", "");
    add_data_choice(app, choice, DataFor::training);
    std::set<std::string> all = {"recipe"};
    for (const Option& one : app.all()) all.insert(one.name());
    return all;
  }();
  return names.contains(option);
}

std::pair<std::size_t, std::size_t> parse_part(const std::string& text) {
  std::size_t part = 0, parts = 0;
  const char* const end = text.data() + text.size();
  const auto [slash, error] = std::from_chars(text.data(), end, part);
  if (error == std::errc{} && slash != end && *slash == '/') {
    const auto [stop, wrong] = std::from_chars(slash + 1, end, parts);
    if (wrong == std::errc{} && stop == end && part >= 1 && part <= parts) return {part - 1, parts};
  }
  throw Error(ErrorKind::usage, fmt::format("'{:.60}' is no part", text), "--part",
              "3/16, the third of sixteen");
}

}  // namespace lithe::app
