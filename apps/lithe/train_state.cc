#include "train_state.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json_depth.h"
#include "lithe/agent.h"
#include "lithe/error.h"
#include "output_file.h"
#include "terminal.h"

namespace lithe::app {

namespace {

using nlohmann::json;

// Options of one call alone.
const std::set<std::string> kOfTheCall = {"--state", "--resume", "--explain", "--json",
                                          "--verbose"};

std::string value_of(const Arguments& arguments, const std::string& name) {
  std::string value;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (arguments[i].starts_with(name + "="))
      value = arguments[i].substr(name.size() + 1);
    else if (arguments[i] == name && i + 1 < arguments.size())
      value = arguments[i + 1];
  return value;
}

}  // namespace

std::vector<GivenOption> options_of(const Notes& notes, const std::string& file) {
  const auto note = notes.find(kCommand);
  if (note == notes.end())
    throw Error(ErrorKind::model, "the state is not one that this command wrote", file,
                "a state that --state wrote");
  const json options =
      base::nests_too_deep(note->second) ? json() : json::parse(note->second, nullptr, false);
  std::vector<GivenOption> given;
  try {
    for (const json& one : options)
      given.push_back({one.at(0).get<std::string>(), one.at(1).get<std::vector<std::string>>()});
  } catch (const json::exception&) {
    throw Error(ErrorKind::model, "the state's options are damaged", file,
                "a copy of the file, or begin anew without --resume");
  }
  return given;
}

void go_on_from_state(Options& options, const Arguments& arguments,
                      Notes (*read)(const std::filesystem::path&)) {
  const bool asked = std::ranges::any_of(arguments, [](const std::string& argument) {
    return argument == "--resume" || argument.starts_with("--resume=");
  });
  const std::string file = value_of(arguments, "--state");
  std::error_code unknown;
  if (!asked || file.empty() || !std::filesystem::exists(file, unknown)) return;
  options.go_on_from(options_of(read(file), file), file);
}

Notes training_notes(const std::filesystem::path& state) { return read_state(state).notes; }
Notes agent_notes(const std::filesystem::path& state) { return read_agent_state(state).notes; }

bool resumes(const std::string& resume, const std::filesystem::path& state,
             Notes (*read)(const std::filesystem::path&)) {
  std::error_code unknown;
  const bool exists = std::filesystem::exists(state, unknown);
  if (!exists && resume == "yes")
    throw Error(ErrorKind::usage, fmt::format("there is no state '{}'", state.string()), "--resume",
                "--resume=auto, which begins where there is none");
  if (!exists || !resume.empty()) return exists;
  try {
    read(state);
  } catch (const Error&) {
    return false;  // some other file: check_output() decides
  }
  throw Error(ErrorKind::usage,
              fmt::format("'{}' has the state of a training already", state.string()), "--state",
              "--resume to go on from it, or another file");
}

void check_state(TrainCommand& command) {
  const std::filesystem::path& state = command.options.state;
  if (state.empty()) {
    for (const auto& [name, given] : {std::pair{"--resume", !command.resume.empty()},
                                      std::pair{"--keep", !command.keep.empty()}})
      if (given)
        throw Error(ErrorKind::usage, fmt::format("{} without a state file", name), name,
                    "--state run.state as well");
    return;
  }
  if (command.folds > 0 || command.seeds > 1)
    throw Error(ErrorKind::usage, "one state, and several trainings", "--state",
                "--state without --cv and --seeds");
  parse_keep(command.keep);
  if (!resumes(command.resume, state, training_notes)) command.resume.clear();
  check_output(state.string(), "--state");
}

Notes notes_of(const Options& options, const std::vector<GivenOption>& others) {
  json given = json::array();
  std::vector<GivenOption> all = options.given();
  all.insert(all.end(), others.begin(), others.end());
  for (const GivenOption& option : all)
    if (!kOfTheCall.contains(option.name)) given.push_back({option.name, option.values});
  return {{kCommand, given.dump(-1, ' ', false, json::error_handler_t::replace)}};
}

void keep_network(Notes& notes, const Network& network) {
  json kept = json::array();
  for (const json& option : json::parse(notes.at(kCommand))) {
    const std::string name = option.at(0);
    if (name != "--from" && name != "--head" && name != "--network") kept.push_back(option);
  }
  kept.push_back(json::array({"--network", json::array({network.to_string()})}));
  notes[kCommand] = kept.dump();
}

KeepRule parse_keep(const std::string& text) {
  KeepRule rule;
  if (text.empty()) return rule;
  const auto refuse = [&] {
    throw Error(ErrorKind::usage, fmt::format("'{:.60}' does not say which models to keep", text),
                "--keep", "\"best 3, last 2\"");
  };
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to = std::min(text.find(',', from), text.size());
    const std::string part = text.substr(from, to - from);
    char word[8] = {};
    std::size_t count = 0;
    int read = 0;
    if (std::sscanf(part.c_str(), " %4[a-z] %9zu %n", word, &count, &read) != 2 ||
        static_cast<std::size_t>(read) != part.size() || count == 0)
      refuse();
    if (std::string_view(word) == "best")
      rule.best = count;
    else if (std::string_view(word) == "last")
      rule.last = count;
    else
      refuse();
    from = to + 1;
  }
  return rule;
}

KeptModels::KeptModels(const TrainCommand& command)
    : rule_(parse_keep(command.keep)), state_(command.options.state) {}

std::filesystem::path KeptModels::file_of(std::size_t epoch) const {
  return state_.parent_path() /
         fmt::format("{}.epoch-{}.safetensors", state_.stem().string(), epoch);
}

void KeptModels::update(Trainer& trainer) {
  if (rule_.best + rule_.last == 0) return;
  std::vector<EpochReport> epochs = trainer.history();
  const std::size_t last = epochs.back().epoch;
  std::set<std::size_t> kept;
  for (std::size_t i = 0; i < std::min(rule_.last, epochs.size()); ++i)
    kept.insert(epochs[epochs.size() - 1 - i].epoch);
  const bool validated = epochs.back().validation_total > 0;
  std::ranges::stable_sort(epochs, {}, [&](const EpochReport& epoch) {
    return validated ? epoch.validation_loss : epoch.loss;
  });
  for (std::size_t i = 0; i < std::min(rule_.best, epochs.size()); ++i)
    kept.insert(epochs[i].epoch);
  try {
    if (kept.contains(last)) trainer.save_model(file_of(last));
  } catch (const Error& error) {  // the training goes on
    if (!failed_) print_folded(stderr, "lithe: {}\n", error.problem());
    failed_ = true;
    return;
  }
  std::error_code ignored;
  for (const EpochReport& epoch : epochs)
    if (!kept.contains(epoch.epoch)) std::filesystem::remove(file_of(epoch.epoch), ignored);
}

}  // namespace lithe::app
