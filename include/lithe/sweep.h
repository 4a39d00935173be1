// Sweeps: many trainings, each with other values of some parameters, kept in one folder that
// several programs and machines work on together.
//
//   lithe::SweepPlan plan;
//   plan.parameters = {lithe::SweepParameter::parse("units=16,32,64"),
//                      lithe::SweepParameter::parse("rate=1e-4..1e-1:log")};
//   plan.trials = 64;
//   lithe::SweepFolder folder = lithe::SweepFolder::make("runs", plan);
//   lithe::run_sweep(folder, [](const lithe::SweepTask& task) {
//     ... train with task.values, in plan.parameters' order ...
//     return lithe::SweepScores{{score}};
//   });
//   for (const std::size_t trial : lithe::rank_trials(folder.plan(), folder.read_trials())) ...
//
// The values of trial k are a function of (plan, k) alone, so the results depend neither on how
// many programs there were, nor on their order, nor on which of them were killed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lithe/dataset.h"

namespace lithe {

// A parameter and the values that are tried: a list, or a range of numbers.
struct SweepParameter {
  enum class Kind { choice, real, integer };

  std::string name;
  std::string text;  // as it was written, behind the name
  Kind kind = Kind::choice;
  std::vector<std::string> choices = {};
  double low = 0, high = 0;  // both included
  bool logarithmic = false;
  double step = 0;  // 0: none; whole numbers have a step of 1

  // "units=16,32,64", "act=relu,leaky_relu(0.2)", "net=\"dense(8)\",\"dense(9)\"": a list, which is
  //   cut at commas outside of parentheses and quotes;
  // "units=8..256": whole numbers, because both ends are written as such; "momentum=0.5..0.99",
  //   "l2=1.0..10": real ones;
  // "rate=1e-4..1e-1:log", "units=8..256:log", "width=1e2..1e4:int,log", "share=0..0.5:step=0.1",
  // "rate=1e-4..1e-1:log,points=4": evenly spaced by the logarithm, whole numbers, steps, or that
  //   many values, evenly spaced.
  // Throws Error(usage).
  static SweepParameter parse(const std::string& text);

  // How many different values there are; 0: a continuum.
  std::size_t count() const;
  // One of them, from 0 on; count() must not be 0.
  std::string value(std::size_t index) const;
  // The value at a place of the range, 0 <= place < 1. Real numbers have six significant digits, so
  // that they are the same when they are read again.
  std::string value_at(double place) const;
  // The other way round: where a value stands. Of a choice the middle of its share.
  double place_of(const std::string& written) const;
};

enum class SweepSearch { sobol, random, grid, halving };
std::string_view name(SweepSearch search);
SweepSearch parse_search(std::string_view text);  // throws Error(usage)

struct SweepPlan {
  std::vector<SweepParameter> parameters;
  // sobol: points of a scrambled Sobol sequence, which cover the space more evenly than random
  // ones. grid: all combinations. halving: points of a Sobol sequence, of which the better ones are
  // trained for longer (Jamieson and Talwalkar, 2016).
  SweepSearch search = SweepSearch::sobol;
  std::size_t trials = 64;
  std::uint64_t seed = 1;       // of the points
  std::size_t seeds = 1;        // trainings of a trial, each with a seed of its own
  std::string metric = "loss";  // what a score is called
  bool maximize = false;        // whether a higher one is better
  // Halving: the epochs of a whole training, and how many times fewer trials go on to how many
  // times more epochs.
  std::size_t epochs = 0, factor = 3;
  // What else the trials depend on: names and values, such as the options of a command line. A
  // folder is refused where they differ.
  std::vector<std::pair<std::string, std::string>> settings = {};
  // What does not decide about that: how the data are called on this machine, say.
  std::vector<std::pair<std::string, std::string>> notes = {};
};

// The plan as it can be run: a grid, or a space that has no more points than trials, is tried
// whole, each point once. Throws Error(usage) where there are no parameters, two of one name, a
// grid of a continuum, or numbers out of range.
SweepPlan settle(SweepPlan plan);

// The values of every trial of a settled plan, in the order of the parameters. A point that came
// before is left out where there are others.
std::vector<std::vector<std::string>> trial_values(const SweepPlan& plan);

// A part of a sweep by halving: that many of the trials, up to that many epochs. Other searches
// have one rung of all trials, with epochs = 0.
struct SweepRung {
  std::size_t trials = 0, epochs = 0;
};
std::vector<SweepRung> rungs_of(const SweepPlan& plan);

struct SweepTask {
  std::size_t trial = 0, rung = 0;
  std::vector<std::string> values = {};
  // Halving: the epoch to stop at. The training goes on from what was kept at the end of the rung
  // before, and keeps what the next one needs.
  std::size_t epochs = 0;
  bool last = true;  // no rung follows
};

// What a trial's trainings came to, one value for each seed. Test scores are for the reader of the
// best trial; nothing is chosen by them. Not a number: none.
struct SweepScores {
  std::vector<double> scores;
  std::vector<double> test_scores = {};
  std::vector<std::vector<double>> curves = {};  // the validation loss by epoch
};

struct SweepTrial {
  std::size_t number = 0;
  std::vector<std::string> values;
  struct Rung {
    std::size_t epochs = 0;
    std::vector<double> scores;
    double mean() const;
    double deviation() const;  // of the sample; 0 for one score
  };
  std::vector<Rung> rungs;  // that are done
  std::vector<double> test_scores = {};
  std::vector<std::vector<double>> curves = {};
  std::string error = {};  // why it failed; empty: it did not
  // Circumstances, on which nothing else depends.
  std::string host = {}, started = {}, finished = {};  // times in UTC, ISO 8601
  double seconds = 0;

  bool failed() const { return !error.empty(); }
};

// The trials that have a score, from the best to the worst: those of a later rung first, then by
// the mean of their scores, then by number.
std::vector<std::size_t> rank_trials(const SweepPlan& plan, const std::vector<SweepTrial>& trials);
// The trials of a rung, ascending; nothing while some trial of the rung before is not done.
// `trials`: all that have a file, by number.
std::optional<std::vector<std::size_t>> rung_members(const SweepPlan& plan,
                                                     const std::vector<SweepTrial>& trials,
                                                     std::size_t rung);
bool is_done(const SweepPlan& plan, const std::vector<SweepTrial>& trials);

// How much of what the scores differ by comes from each parameter alone: the first-order shares of
// functional ANOVA, computed exactly in a random forest (Hutter, Hoos, Leyton-Brown, "An efficient
// approach for assessing hyperparameter importance", ICML 2014). They are of the trials' ranks, so
// that a few trainings that diverged do not decide everything.
struct SweepImportance {
  std::vector<double> shares;  // of each parameter; what they lack to 1 are interactions
  // How much of the ranks the forest explains for trials that its trees have not seen (R² out of
  // bag). Near 0 or below, the shares say nothing.
  double explained = 0;
};
// Nothing for fewer than kLeastForImportance trials with a score.
inline constexpr std::size_t kLeastForImportance = 8;
std::optional<SweepImportance> sweep_importance(const SweepPlan& plan,
                                                const std::vector<SweepTrial>& trials);

// The folder:
//
//   sweep.json          the plan
//   trials/00012.json   what trial 12 came to; also that of halving up to now
//   claims/             who works on what; workers/: who lives
//   models/, states/    for whoever trains
//   journal.log         the trials with a result, in the form of Optuna's JournalFileBackend
//
// Every file is written beside its place and renamed or linked, so that a kill at any moment leaves
// no half of one.
class SweepFolder {
 public:
  // Makes the folder, or opens it where it has the same plan. Throws Error(usage) that names what
  // differs where it has another one, Error(io) where the system refuses.
  static SweepFolder make(const std::filesystem::path& path, const SweepPlan& plan);
  // Throws Error(usage) where there is no sweep.
  static SweepFolder open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const SweepPlan& plan() const { return plan_; }
  std::filesystem::path trial_file(std::size_t trial) const;
  std::filesystem::path model_file(std::size_t trial) const;
  std::filesystem::path state_file(std::size_t trial, std::size_t seed) const;

  // Those that have a file, by number. Throws Error(model) for a file that is damaged.
  std::vector<SweepTrial> read_trials() const;
  std::optional<SweepTrial> read_trial(std::size_t trial) const;
  void write_trial(const SweepTrial& trial) const;
  // Writes journal.log anew.
  void write_journal(const std::vector<SweepTrial>& trials) const;

 private:
  SweepFolder(std::filesystem::path path, SweepPlan plan);
  std::filesystem::path path_;
  SweepPlan plan_;
};

struct SweepRun {
  std::size_t workers = 0;  // trials at a time; 0: as many as there are processors
  // Only trials whose number leaves the rest `part` when divided by `parts`.
  std::size_t part = 0, parts = 1;
  std::size_t keep_models = 10;  // of the best trials; those of others are removed
  // A program of another machine that has not shown itself for that many seconds is dead.
  double patience = 60;
  std::function<bool()> stop = {};                       // asked several times a second
  std::function<void(const SweepTrial&)> finished = {};  // a task of this call's
  std::function<void(std::size_t)> waits = {};  // for that many tasks of others, nothing else left
};

// Trains what nobody else trains, each task in a process of its own, until every trial (of the
// part) is done; takes over what dead programs had begun. A task that throws becomes a trial that
// failed, with the exception's text; so does one whose process dies three times. Returns whether
// all is done: false where stop() said so; what was in flight is lost then.
bool run_sweep(const SweepFolder& folder, const std::function<SweepScores(const SweepTask&)>& train,
               const SweepRun& run = {});

// A digest of all rows and answers, for SweepPlan::settings: a trial is compared with all others,
// so its data must be the same wherever it is trained.
std::string data_digest(const Dataset& data);

// A page that needs no other file: every trial, parallel coordinates, importance, curves.
std::string sweep_page(const std::string& title, const SweepPlan& plan,
                       const std::vector<SweepTrial>& trials);

}  // namespace lithe
