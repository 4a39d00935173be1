#include "show_state.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "lithe/agent.h"
#include "rl_run.h"
#include "terminal.h"
#include "train_state.h"

namespace lithe::app {

namespace {

using nlohmann::json;

void print_line(const std::string& name, const std::string& value) {
  if (!value.empty()) print_folded("{:16} {}\n", name, value);
}

void print_object(const json& object) {
  fmt::print("{}\n", object.dump(2, ' ', false, json::error_handler_t::replace));
}

void print_command(const Notes& notes, const std::string& file) {
  if (!notes.contains(kCommand)) return;
  std::string options;
  for (const GivenOption& one : options_of(notes, file))
    options +=
        fmt::format("{}{} {}", options.empty() ? "" : " ", one.name, fmt::join(one.values, " "));
  print_line("options", options);
}

std::string best_epoch(const TrainingState& state) {
  if (state.best_epoch == 0) return "";
  const auto best = std::ranges::find(state.history, state.best_epoch, &EpochReport::epoch);
  return fmt::format("{}{}", state.best_epoch,
                     best == state.history.end()
                         ? ""
                         : fmt::format(", validation loss {:.4g}", best->validation_loss));
}

void show(const TrainingState& state, const std::string& file, bool as_json) {
  if (as_json) {
    json losses = json::array();
    for (const EpochReport& epoch : state.history) losses.push_back(epoch.loss);
    return print_object({{"epoch", state.epoch},
                         {"epochs", state.epochs},
                         {"examples", state.examples},
                         {"step", state.step},
                         {"best_epoch", state.best_epoch},
                         {"losses", losses},
                         {"belongs_to", state.belongs_to},
                         {"notes", state.notes}});
  }
  print_folded("{}: the state of a training\n", file);
  print_line("epochs done", fmt::format("{} of {}", state.epoch, state.epochs));
  print_line("step", fmt::format("{}{}", state.step,
                                 state.examples > 0 ? fmt::format(", after {} examples of epoch {}",
                                                                  state.examples, state.epoch + 1)
                                                    : ""));
  print_line("best epoch", best_epoch(state));
  for (const auto& [name, value] : state.belongs_to) print_line(name, value);
  print_command(state.notes, file);
}

// A mean return in the notes of an agent's state.
std::optional<double> return_in(const Notes& notes, const char* key) {
  const auto found = notes.find(key);
  if (found == notes.end()) return std::nullopt;
  return std::strtod(found->second.c_str(), nullptr);
}

void show(const AgentState& state, const std::string& file, bool as_json) {
  const std::optional<double> best = return_in(state.notes, kBestNote);
  if (as_json)
    return print_object({{"step", state.steps},
                         {"best_mean_return", best ? json(*best) : json()},
                         {"belongs_to", state.belongs_to},
                         {"notes", state.notes}});
  print_folded("{}: the state of an agent's training\n", file);
  print_line("steps done", fmt::format("{}", state.steps));
  if (best) print_line("best policy", fmt::format("a mean return of {:.6g}", *best));
  for (const auto& [name, value] : state.belongs_to) print_line(name, value);
  print_command(state.notes, file);
}

}  // namespace

bool show_state(const std::string& file, bool as_json) {
  switch (state_kind(file)) {
    case StateKind::training:
      show(read_state(file), file, as_json);
      return true;
    case StateKind::agent:
      show(read_agent_state(file), file, as_json);
      return true;
    case StateKind::none:
      break;
  }
  return false;
}

}  // namespace lithe::app
