// Which values each trial has, and in which rungs it takes part.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/nearest.h"
#include "base/random.h"
#include "lithe/error.h"
#include "lithe/sweep.h"
#include "sweep/sobol.h"

namespace lithe {

namespace {

using sweep::kMostDimensions;

constexpr std::size_t kMostTrials = 1'000'000;
constexpr std::pair<SweepSearch, std::string_view> kSearches[] = {
    {SweepSearch::sobol, "sobol"},
    {SweepSearch::random, "random"},
    {SweepSearch::grid, "grid"},
    {SweepSearch::halving, "halving"}};
// Beside the streams of the Sobol sequence's dimensions.
constexpr std::uint32_t kRandomPoints = 1 << 16;

// All combinations; 0: a continuum. Stops counting above the most trials.
std::size_t points_of(const SweepPlan& plan) {
  std::size_t points = 1;
  for (const SweepParameter& parameter : plan.parameters) {
    const std::size_t count = parameter.count();
    if (count == 0) return 0;
    points = std::min(points * std::min(count, kMostTrials + 1), kMostTrials + 1);
  }
  return points;
}

void check_parameters(const SweepPlan& plan) {
  if (plan.parameters.empty())
    throw Error(ErrorKind::usage, "nothing is tried", "--try", "--try rate=1e-4..1e-1:log");
  std::set<std::string> names;
  for (const SweepParameter& parameter : plan.parameters)
    if (!names.insert(parameter.name).second)
      throw Error(ErrorKind::usage, fmt::format("'{}' is tried twice", parameter.name), "--try",
                  "one --try for each name");
}

void check_grid(const SweepPlan& plan, std::size_t points) {
  for (const SweepParameter& parameter : plan.parameters)
    if (parameter.count() == 0)
      throw Error(
          ErrorKind::usage,
          fmt::format("a grid of '{}', which has no end of values", parameter.name),
          "--search grid",
          fmt::format("--try {}={}{}points=5, or --search sobol", parameter.name, parameter.text,
                      parameter.text.find(':') == std::string::npos ? ":" : ","));
  if (points > kMostTrials)
    throw Error(ErrorKind::usage, fmt::format("a grid of more than {} points", kMostTrials),
                "--search grid", "--search sobol, or fewer values");
}

double place_in(const SweepPlan& plan, std::uint32_t index, std::size_t dimension) {
  if (plan.search == SweepSearch::random)
    return base::Rng(plan.seed,
                     base::make_stream(base::StreamPurpose::sweep,
                                       kRandomPoints + static_cast<std::uint32_t>(dimension)),
                     index)
        .uniform();
  return sweep::scrambled_sobol(plan.seed, index, dimension);
}

std::vector<std::string> point(const SweepPlan& plan, std::uint32_t index) {
  std::vector<std::string> values;
  for (std::size_t d = 0; d < plan.parameters.size(); ++d)
    values.push_back(plan.parameters[d].value_at(place_in(plan, index, d)));
  return values;
}

// The last parameter changes the fastest.
std::vector<std::string> grid_point(const SweepPlan& plan, std::size_t index) {
  std::vector<std::string> values(plan.parameters.size());
  for (std::size_t d = values.size(); d-- > 0;) {
    const std::size_t count = plan.parameters[d].count();
    values[d] = plan.parameters[d].value(index % count);
    index /= count;
  }
  return values;
}

double score_at(const SweepTrial& trial, std::size_t rung) { return trial.rungs[rung].mean(); }

// Whether the first is the better one; of two alike the one with the lower number.
bool is_better(const SweepPlan& plan, const SweepTrial& a, const SweepTrial& b, std::size_t rung) {
  const double x = score_at(a, rung), y = score_at(b, rung);
  if (x != y) return plan.maximize ? x > y : x < y;
  return a.number < b.number;
}

// A trial without a file has no place here; null then.
const SweepTrial* find_trial(const std::vector<SweepTrial>& trials, std::size_t number) {
  const auto at = std::ranges::lower_bound(trials, number, {}, &SweepTrial::number);
  return at != trials.end() && at->number == number ? &*at : nullptr;
}

}  // namespace

std::string_view name(SweepSearch search) {
  return std::ranges::find(kSearches, search, &std::pair<SweepSearch, std::string_view>::first)
      ->second;
}

SweepSearch parse_search(std::string_view text) {
  std::vector<std::string> names;
  for (const auto& [search, search_name] : kSearches) {
    if (search_name == text) return search;
    names.emplace_back(search_name);
  }
  const std::string near = base::nearest(text, names);
  throw Error(ErrorKind::usage, fmt::format("there is no search '{:.60}'", text), "--search",
              near.empty() ? fmt::format("{}", fmt::join(names, ", ")) : near);
}

SweepPlan settle(SweepPlan plan) {
  check_parameters(plan);
  const std::size_t points = points_of(plan);
  const bool halves = plan.search == SweepSearch::halving;
  if (!halves && points > 0 && points <= plan.trials) plan.search = SweepSearch::grid;
  if (plan.search == SweepSearch::grid) {
    check_grid(plan, points);
    plan.trials = points;
  }
  if (plan.trials == 0 || plan.trials > kMostTrials)
    throw Error(ErrorKind::usage, fmt::format("a sweep of {} trials", plan.trials), "--trials",
                fmt::format("from 1 to {}", kMostTrials));
  if (plan.seeds == 0) throw Error(ErrorKind::usage, "a trial of no training", "--seeds", "1");
  if (plan.search != SweepSearch::grid && plan.search != SweepSearch::random &&
      plan.parameters.size() > kMostDimensions)
    throw Error(ErrorKind::usage,
                fmt::format("{} parameters, and a Sobol sequence of {}", plan.parameters.size(),
                            kMostDimensions),
                "--search", "--search random");
  if (halves && points > 0 && points < plan.trials) plan.trials = points;
  if (halves && (plan.epochs == 0 || plan.factor < 2))
    throw Error(ErrorKind::usage, "halving divides the epochs by 2 or more", "--search halving",
                "--epochs 27 --factor 3");
  return plan;
}

std::vector<std::vector<std::string>> trial_values(const SweepPlan& plan) {
  std::vector<std::vector<std::string>> result;
  if (plan.search == SweepSearch::grid) {
    for (std::size_t i = 0; i < plan.trials; ++i) result.push_back(grid_point(plan, i));
    return result;
  }
  // Points of lists and whole numbers come again. A sequence that finds no more new ones may
  // repeat.
  constexpr std::uint32_t kMostInVain = 100'000;
  std::set<std::vector<std::string>> known;
  std::uint32_t in_vain = 0;
  for (std::uint32_t index = 0; result.size() < plan.trials; ++index) {
    std::vector<std::string> values = point(plan, index);
    const bool is_new = known.insert(values).second;
    in_vain = is_new ? 0 : in_vain + 1;
    if (is_new || in_vain > kMostInVain) result.push_back(std::move(values));
  }
  return result;
}

std::vector<SweepRung> rungs_of(const SweepPlan& plan) {
  if (plan.search != SweepSearch::halving) return {{plan.trials, 0}};
  std::size_t last = 0;
  for (std::size_t divisor = plan.factor; divisor <= std::min(plan.trials, plan.epochs);
       divisor *= plan.factor)
    ++last;
  std::vector<SweepRung> rungs(last + 1);
  std::size_t divisor = 1;
  for (std::size_t i = 0; i <= last; ++i, divisor *= plan.factor) {
    rungs[i].trials = plan.trials / divisor;
    rungs[last - i].epochs = plan.epochs / divisor;
  }
  return rungs;
}

double SweepTrial::Rung::mean() const {
  double sum = 0;
  for (const double score : scores) sum += score;
  return sum / static_cast<double>(scores.size());
}

double SweepTrial::Rung::deviation() const {
  if (scores.size() < 2) return 0;
  const double middle = mean();
  double squares = 0;
  for (const double score : scores) squares += (score - middle) * (score - middle);
  return std::sqrt(squares / static_cast<double>(scores.size() - 1));
}

std::vector<std::size_t> rank_trials(const SweepPlan& plan, const std::vector<SweepTrial>& trials) {
  std::vector<const SweepTrial*> scored;
  for (const SweepTrial& trial : trials)
    if (!trial.failed() && !trial.rungs.empty()) scored.push_back(&trial);
  std::ranges::sort(scored, [&](const SweepTrial* a, const SweepTrial* b) {
    if (a->rungs.size() != b->rungs.size()) return a->rungs.size() > b->rungs.size();
    return is_better(plan, *a, *b, a->rungs.size() - 1);
  });
  std::vector<std::size_t> numbers;
  for (const SweepTrial* trial : scored) numbers.push_back(trial->number);
  return numbers;
}

std::optional<std::vector<std::size_t>> rung_members(const SweepPlan& plan,
                                                     const std::vector<SweepTrial>& trials,
                                                     std::size_t rung) {
  std::vector<std::size_t> members(plan.trials);
  for (std::size_t k = 0; k < plan.trials; ++k) members[k] = k;
  const std::vector<SweepRung> rungs = rungs_of(plan);
  for (std::size_t r = 0; r < rung; ++r) {
    std::vector<const SweepTrial*> done;
    for (const std::size_t k : members) {
      const SweepTrial* const trial = find_trial(trials, k);
      if (trial == nullptr || (!trial->failed() && trial->rungs.size() <= r)) return std::nullopt;
      if (trial->rungs.size() > r) done.push_back(trial);
    }
    std::ranges::sort(
        done, [&](const SweepTrial* a, const SweepTrial* b) { return is_better(plan, *a, *b, r); });
    members.clear();
    for (std::size_t i = 0; i < std::min(done.size(), rungs[r + 1].trials); ++i)
      members.push_back(done[i]->number);
    std::ranges::sort(members);
  }
  return members;
}

bool is_done(const SweepPlan& plan, const std::vector<SweepTrial>& trials) {
  const std::size_t last = rungs_of(plan).size() - 1;
  const auto members = rung_members(plan, trials, last);
  return members && std::ranges::all_of(*members, [&](std::size_t k) {
           const SweepTrial* const trial = find_trial(trials, k);
           return trial != nullptr && (trial->failed() || trial->rungs.size() > last);
         });
}

}  // namespace lithe
