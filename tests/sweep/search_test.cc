// Points of the searches, and the rungs of halving.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include "lithe/error.h"
#include "lithe/sweep.h"
#include "support/expect_error.h"
#include "sweep/sobol.h"

namespace lithe {
namespace {

SweepPlan plan_of(SweepSearch search, std::size_t trials, std::vector<std::string> tries) {
  SweepPlan plan;
  plan.search = search;
  plan.trials = trials;
  plan.epochs = 27;
  for (const std::string& one : tries) plan.parameters.push_back(SweepParameter::parse(one));
  return settle(plan);
}

TEST(Sobol, FirstPointsAreThoseOfThePublishedSequence) {
  // The first eight points of the first three dimensions, in the order of plain binary numbers.
  const double expected[8][3] = {{0, 0, 0},
                                 {0.5, 0.5, 0.5},
                                 {0.25, 0.75, 0.75},
                                 {0.75, 0.25, 0.25},
                                 {0.125, 0.625, 0.375},
                                 {0.625, 0.125, 0.875},
                                 {0.375, 0.375, 0.625},
                                 {0.875, 0.875, 0.125}};
  for (std::uint32_t i = 0; i < 8; ++i)
    for (std::size_t d = 0; d < 3; ++d)
      EXPECT_EQ(sweep::plain_sobol(i, d) * 0x1p-32, expected[i][d]) << i << " " << d;
}

// Every block of 2^m points has one point in each of 2^m equal parts, in every dimension.
TEST(Sobol, EachDimensionIsStratifiedWithAndWithoutScrambling) {
  constexpr std::uint32_t kBlock = 64;
  for (std::size_t d = 0; d < sweep::kMostDimensions; ++d)
    for (std::uint32_t first : {0u, kBlock, 5 * kBlock}) {
      std::set<std::uint32_t> plain, scrambled;
      for (std::uint32_t i = first; i < first + kBlock; ++i) {
        plain.insert(sweep::plain_sobol(i, d) / (std::uint32_t{1} << 26));
        scrambled.insert(static_cast<std::uint32_t>(sweep::scrambled_sobol(7, i, d) * kBlock));
      }
      EXPECT_EQ(plain.size(), kBlock) << d;
      EXPECT_EQ(scrambled.size(), kBlock) << d;
    }
}

// The first two dimensions are a (0, 2)-sequence: so are all rectangles of area 2^-m, of any shape.
TEST(Sobol, RectanglesOfTheFirstTwoDimensionsHaveOnePointEach) {
  constexpr int kBits = 6;
  for (int across = 0; across <= kBits; ++across) {
    std::set<std::pair<int, int>> boxes;
    for (std::uint32_t i = 0; i < (1u << kBits); ++i)
      boxes.emplace(static_cast<int>(sweep::scrambled_sobol(3, i, 0) * (1 << across)),
                    static_cast<int>(sweep::scrambled_sobol(3, i, 1) * (1 << (kBits - across))));
    EXPECT_EQ(boxes.size(), 1u << kBits) << across;
  }
}

TEST(Search, TrialsAreAFunctionOfSeedAndNumberAlone) {
  for (const SweepSearch search : {SweepSearch::sobol, SweepSearch::random, SweepSearch::halving}) {
    SweepPlan few = plan_of(search, 20, {"rate=1e-4..1e-1:log", "units=8..256"}), many = few;
    many.trials = 50;
    const auto first = trial_values(few), all = trial_values(many);
    EXPECT_TRUE(std::equal(first.begin(), first.end(), all.begin()));
    EXPECT_EQ(trial_values(few), first);
    SweepPlan other = few;
    other.seed = 2;
    EXPECT_NE(trial_values(other), first);
  }
}

TEST(Search, GridHasEveryCombinationOnce) {
  const SweepPlan plan = plan_of(SweepSearch::grid, 1, {"a=x,y", "b=1..3", "c=0..1:step=0.5"});
  EXPECT_EQ(plan.trials, 18u);
  const auto values = trial_values(plan);
  EXPECT_EQ(std::set(values.begin(), values.end()).size(), 18u);
  EXPECT_EQ(values[0], (std::vector<std::string>{"x", "1", "0"}));
  EXPECT_EQ(values[1], (std::vector<std::string>{"x", "1", "0.5"}));
  EXPECT_EQ(values[17], (std::vector<std::string>{"y", "3", "1"}));
}

TEST(Search, ASpaceOfFewPointsIsTriedWhole) {
  const SweepPlan plan = plan_of(SweepSearch::sobol, 64, {"a=x,y", "b=1..3"});
  EXPECT_EQ(plan.search, SweepSearch::grid);
  EXPECT_EQ(plan.trials, 6u);
}

TEST(Search, NoPointComesTwiceWhileThereAreOthers) {
  for (const SweepSearch search : {SweepSearch::sobol, SweepSearch::random}) {
    const SweepPlan plan = plan_of(search, 59, {"a=1..10", "b=1..6"});
    const auto values = trial_values(plan);
    EXPECT_EQ(values.size(), 59u);
    EXPECT_EQ(std::set(values.begin(), values.end()).size(), 59u);
  }
}

TEST(Search, RandomPointsFillTheRange) {
  const SweepPlan plan = plan_of(SweepSearch::random, 2000, {"r=0.0..1.0"});
  std::vector<double> places;
  for (const auto& values : trial_values(plan)) places.push_back(std::stod(values[0]));
  std::ranges::sort(places);
  double worst = 0;  // Kolmogorov and Smirnov: 1.95 / sqrt(n) is passed once in a thousand
  for (std::size_t i = 0; i < places.size(); ++i)
    worst = std::max(worst, std::abs(places[i] - (static_cast<double>(i) + 0.5) / 2000));
  EXPECT_LT(worst, 1.95 / std::sqrt(2000.));
}

TEST(Search, RefusesWhatCannotBeTried) {
  const auto refused = [](const std::function<void()>& make) {
    test::expect_error(ErrorKind::usage, {""}, make);
  };
  refused([] { plan_of(SweepSearch::sobol, 5, {}); });
  refused([] { plan_of(SweepSearch::sobol, 5, {"a=1,2", "a=3,4"}); });
  refused([] { plan_of(SweepSearch::grid, 5, {"a=0.0..1"}); });
  refused([] { plan_of(SweepSearch::sobol, 0, {"a=0.0..1"}); });
  refused([] { plan_of(SweepSearch::grid, 5, {"a=1..100000", "b=1..100000"}); });
  refused([] { parse_search("bayes"); });
  std::vector<std::string> many;
  for (int i = 0; i < 41; ++i) many.push_back("p" + std::to_string(i) + "=0.0..1");
  refused([&] { plan_of(SweepSearch::sobol, 5, many); });
  plan_of(SweepSearch::random, 5, many);
}

TEST(Halving, RungsDivideTrialsAndEpochs) {
  const auto rungs = rungs_of(plan_of(SweepSearch::halving, 64, {"r=0.0..1"}));
  ASSERT_EQ(rungs.size(), 4u);
  const std::size_t trials[] = {64, 21, 7, 2}, epochs[] = {1, 3, 9, 27};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(rungs[i].trials, trials[i]);
    EXPECT_EQ(rungs[i].epochs, epochs[i]);
  }
}

SweepTrial trial_with(std::size_t number, std::vector<double> means) {
  SweepTrial trial;
  trial.number = number;
  for (const double mean : means) trial.rungs.push_back({0, {mean}});
  return trial;
}

TEST(Halving, MembersFollowFromTheScoresOfAllOthers) {
  SweepPlan plan = plan_of(SweepSearch::halving, 9, {"r=0.0..1"});
  std::vector<SweepTrial> trials;
  EXPECT_EQ(rung_members(plan, trials, 0)->size(), 9u);
  for (std::size_t k = 0; k < 8; ++k) trials.push_back(trial_with(k, {double(k % 5)}));
  EXPECT_FALSE(rung_members(plan, trials, 1)) << "one is not done";
  trials.push_back(trial_with(8, {}));
  trials.back().error = "it failed";
  EXPECT_EQ(rung_members(plan, trials, 1), (std::vector<std::size_t>{0, 1, 5}));
  plan.maximize = true;
  EXPECT_EQ(rung_members(plan, trials, 1), (std::vector<std::size_t>{2, 3, 4}));
}

TEST(Ranking, LaterRungsFirstThenScoresThenNumbers) {
  SweepPlan plan = plan_of(SweepSearch::halving, 9, {"r=0.0..1"});
  std::vector<SweepTrial> trials = {trial_with(0, {5, 4}), trial_with(1, {1}),
                                    trial_with(2, {3, 2}), trial_with(3, {1}), trial_with(4, {})};
  trials[4].error = "it failed";
  EXPECT_EQ(rank_trials(plan, trials), (std::vector<std::size_t>{2, 0, 1, 3}));
}

}  // namespace
}  // namespace lithe
