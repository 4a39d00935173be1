// lithe profile: where the time of a training goes, and how near the limit each part of it is.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <vector>

#include "allocations.h"
#include "base/file.h"
#include "clock.h"
#include "command.h"
#include "parse.h"
#include "profile_output.h"
#include "terminal.h"
#include "train_setup.h"

namespace lithe::app {

namespace {

// An epoch's time is steady when the quartiles of the latest epochs lie within so much.
constexpr double kSteady = 0.02;
constexpr std::size_t kLatest = 20;
constexpr double kLeastSeconds = 1;
constexpr double kMostSeconds = 20;

struct Compared {
  std::vector<std::string> files;
  bool json = false;
};

bool is_comparison(const Arguments& arguments) {
  return std::any_of(arguments.begin(), arguments.end(),
                     [](const std::string& one) { return one.starts_with("--compare"); });
}

nlohmann::json to_json(const ProfileChange& c) {
  return {{"name", c.name},
          {"before", c.before},
          {"after", c.after},
          {"factor", c.factor},
          {"certain", c.certain}};
}

int compare(const Arguments& arguments) {
  Compared c;
  Options app("Compares two profiles: what became slower.", "lithe profile");
  app.add_option("--compare", c.files, "profile.json before, and after")->required()->expected(2);
  app.add_flag("--json", c.json, "print one JSON object instead of text");
  if (const auto status = parse(app, arguments)) return *status;
  const auto read = [](const std::string& file) {
    constexpr std::size_t kMostBytes = 64 << 20;
    const auto bytes = base::read_file(file, kMostBytes);
    return read_profile(std::string(bytes.begin(), bytes.end()), file);
  };
  const ProfileComparison comparison = compare_profiles(read(c.files[0]), read(c.files[1]));
  if (!c.json) {
    print_text(stdout, comparison_text(comparison));
    return 0;
  }
  nlohmann::json changes = nlohmann::json::array();
  for (const ProfileChange& change : comparison.changes) changes.push_back(to_json(change));
  fmt::print("{}\n", nlohmann::json{{"before", comparison.before},
                                    {"after", comparison.after},
                                    {"step", to_json(comparison.step)},
                                    {"operations", changes}}
                         .dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  return 0;
}

bool steady(const std::vector<double>& seconds) {
  if (seconds.size() < kLatest) return false;
  std::vector<double> latest(seconds.end() - kLatest, seconds.end());
  std::sort(latest.begin(), latest.end());
  return latest[3 * kLatest / 4] - latest[kLatest / 4] < kSteady * latest[kLatest / 2];
}

// Heap calls during the epochs, where they can be counted.
std::optional<std::uint64_t> run_epochs(Trainer& trainer, double most) {
  const Clock::time_point start = Clock::now();
  const auto spent = [&] { return seconds_since(start); };
  ProgressBar bar;
  catch_interrupt();
  const ProgressCallback progress = [&](double) {
    bar.draw("profiling", spent() / most);
    return !interrupted() && spent() < most;
  };
  std::vector<double> seconds;
  seconds.reserve(1 << 16);
  std::optional<std::uint64_t> calls;
  do {
    watch_heap(true);
    const auto before = heap_calls();
    const double epoch = trainer.run_epoch(progress).seconds;
    if (before) calls = calls.value_or(0) + (*heap_calls() - *before);
    watch_heap(false);
    seconds.push_back(epoch);
  } while (spent() < most && !interrupted() && !(spent() > kLeastSeconds && steady(seconds)));
  return calls;
}

}  // namespace

int profile(const Arguments& arguments) {
  if (is_comparison(arguments)) return compare(arguments);
  TrainCommand command;
  double most = 5;
  std::vector<std::string> compared;  // for the help: compare() reads it
  const auto add_more = [&](Options& app) {
    app.add_option("--compare", compared, "compare two files profile.json instead")->expected(2);
    app.add_option("--seconds", most,
                   "time to run, at most; less if the figures are steady earlier")
        ->capture_default_str()
        ->check(Range(0.1, kMostSeconds));
    app.footer(
        "lithe profile seed prints where the time goes. --profile FOLDER also writes a roofline, a "
        "trace, and stacks for a flame graph. No model is saved.\nlithe profile --compare "
        "before.json after.json prints what became slower.");
  };
  if (const auto status = parse_train(arguments, command, "profile", add_more)) return *status;
  if (!command.profile.empty()) prepare_profile_folder(command.profile);
  TrainSetup setup = set_up(command);
  const MachineIdentity machine = identify_machine();
  const Limits limits = machine_limits(machine, command.options.isa);
  command.options.profile = true;
  Trainer trainer(setup.model, setup.learned(), setup.data.test, command.options);
  const auto calls = run_epochs(trainer, most);
  const ProfileRecords records = trainer.profile();
  const Profile result = profile_of(records, machine, limits, calls);
  if (!command.profile.empty()) write_profile(command.profile, result, records);
  if (command.json) {
    fmt::print("{}", profile_json(result));
    return 0;
  }
  print_folded("{}\n{}", setup.model.network().to_string(), profile_table(result));
  if (!command.profile.empty())
    print_folded("Written to {}: profile.json, roofline.svg, trace.json, profile.folded\n",
                 command.profile);
  return 0;
}

}  // namespace lithe::app
