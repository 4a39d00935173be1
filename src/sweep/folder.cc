// The files of a sweep's folder.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/file.h"
#include "lithe/error.h"
#include "sweep/journal.h"
#include "sweep/link.h"
#include "sweep/plan_json.h"

namespace lithe {

namespace {

namespace fs = std::filesystem;

constexpr const char *kPlanFile = "sweep.json", *kTrials = "trials", *kModels = "models",
                     *kStates = "states";
constexpr std::size_t kMostPlanBytes = std::size_t{64} << 20,
                      kMostTrialBytes = std::size_t{256} << 20;

std::string text_in(const fs::path& file, std::size_t limit) {
  const std::vector<std::uint8_t> bytes = base::read_file(file, limit);
  return {bytes.begin(), bytes.end()};
}

SweepPlan read_plan(const fs::path& folder) {
  const fs::path file = folder / kPlanFile;
  return sweep::plan_from(text_in(file, kMostPlanBytes), file.string());
}

void make_folders(const fs::path& folder) {
  for (const char* one : {kTrials, kModels, kStates, "claims", "workers"}) {
    std::error_code error;
    fs::create_directories(folder / one, error);
    if (error)
      throw Error(
          ErrorKind::io,
          fmt::format("cannot make the folder '{}': {}", (folder / one).string(), error.message()),
          {}, "--folder with a folder that you may write to");
  }
}

std::string name_of(std::size_t trial) { return fmt::format("{:05}", trial); }

// The number in "00012.json"; nothing for another file, such as one that is being written.
std::optional<std::size_t> number_of(const fs::path& file) {
  const std::string stem = file.stem().string();
  std::size_t number = 0;
  const auto [stop, error] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
  if (error != std::errc{} || file.filename().string() != name_of(number) + ".json")
    return std::nullopt;
  return number;
}

}  // namespace

SweepFolder::SweepFolder(fs::path path, SweepPlan plan)
    : path_(std::move(path)), plan_(std::move(plan)) {}

SweepFolder SweepFolder::make(const fs::path& path, const SweepPlan& plan) {
  const SweepPlan settled = settle(plan);
  make_folders(path);
  // Of two programs that make the folder at the same time, one does, and the other compares.
  if (sweep::create(path / kPlanFile, sweep::dump(sweep::to_json(settled)))) return {path, settled};
  SweepPlan there = read_plan(path);
  if (const auto difference = sweep::difference_of(there, settled)) {
    const auto shown = [](const std::string& text) {
      return text.empty() ? std::string("nothing") : fmt::format("'{:.100}'", text);
    };
    throw Error(ErrorKind::usage,
                fmt::format("the folder '{}' has a sweep with other options: {} was {} and is {}",
                            path.string(), difference->what, shown(difference->before),
                            shown(difference->after)),
                difference->what,
                fmt::format("`lithe sweep --join {}` to go on with that one, or another --folder",
                            path.string()));
  }
  return {path, std::move(there)};
}

SweepFolder SweepFolder::open(const fs::path& path) {
  std::error_code unknown;
  if (!fs::exists(path / kPlanFile, unknown))
    throw Error(ErrorKind::usage, fmt::format("there is no sweep in '{}'", path.string()),
                path.string(), "the --folder of a `lithe sweep`");
  return {path, read_plan(path)};
}

fs::path SweepFolder::trial_file(std::size_t trial) const {
  return path_ / kTrials / (name_of(trial) + ".json");
}
fs::path SweepFolder::model_file(std::size_t trial) const {
  return path_ / kModels / (name_of(trial) + ".safetensors");
}
fs::path SweepFolder::state_file(std::size_t trial, std::size_t seed) const {
  return path_ / kStates / fmt::format("{}.seed{}.state", name_of(trial), seed);
}

std::vector<SweepTrial> SweepFolder::read_trials() const {
  std::vector<std::size_t> numbers;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_ / kTrials))
    if (const auto number = number_of(entry.path()); number && *number < plan_.trials)
      numbers.push_back(*number);
  std::ranges::sort(numbers);
  std::vector<SweepTrial> trials;
  for (const std::size_t number : numbers)
    if (auto trial = read_trial(number)) trials.push_back(std::move(*trial));
  return trials;
}

std::optional<SweepTrial> SweepFolder::read_trial(std::size_t trial) const {
  const fs::path file = trial_file(trial);
  std::error_code unknown;
  if (!fs::exists(file, unknown)) return std::nullopt;
  return sweep::trial_from(plan_, text_in(file, kMostTrialBytes), file.string());
}

void SweepFolder::write_trial(const SweepTrial& trial) const {
  base::write_file_atomically(trial_file(trial.number), sweep::dump(sweep::to_json(plan_, trial)));
}

void SweepFolder::write_journal(const std::vector<SweepTrial>& trials) const {
  base::write_file_atomically(path_ / "journal.log", sweep::journal_of(plan_, trials));
}

}  // namespace lithe
