// Which parameters mattered, and the page that shows it.
#include <gtest/gtest.h>

#include <cmath>

#include "lithe/sweep.h"
#include "support/markup.h"
#include "sweep/forest.h"

namespace lithe {
namespace {

using sweep::Leaf;
using sweep::Tree;

TEST(Variance, OfATreeIsDividedAsWorkedByHand) {
  // 0 left of 1/2; right of it 1 below 1/2 and 3 above: the mean is 1, the variance 1.5. The mean
  // over the second coordinate is 0 and 2, of variance 1; that over the first one 1/2 and 3/2, of
  // variance 1/4. What is left belongs to both together.
  const Tree tree = {Leaf{{0, 0}, {0.5, 1}, 0}, Leaf{{0.5, 0}, {1, 0.5}, 1},
                     Leaf{{0.5, 0.5}, {1, 1}, 3}};
  const std::vector<double> shares = sweep::variance_shares(tree);
  ASSERT_EQ(shares.size(), 2u);
  EXPECT_NEAR(shares[0], 1 / 1.5, 1e-12);
  EXPECT_NEAR(shares[1], 0.25 / 1.5, 1e-12);
  EXPECT_TRUE(sweep::variance_shares({Leaf{{0}, {1}, 5}}).empty());
}

struct Made {
  SweepPlan plan;
  std::vector<SweepTrial> trials;
};
Made made_of(std::size_t count, const std::function<double(double, double, std::size_t)>& score) {
  Made made;
  made.plan.parameters = {SweepParameter::parse("a=0.0..1"), SweepParameter::parse("b=0.0..1"),
                          SweepParameter::parse("c=0.0..1")};
  made.plan.trials = count;
  const auto values = trial_values(made.plan);
  for (std::size_t k = 0; k < count; ++k) {
    SweepTrial& trial = made.trials.emplace_back();
    trial.number = k;
    trial.values = values[k];
    trial.rungs = {{0, {score(std::stod(values[k][0]), std::stod(values[k][1]), k)}}};
    trial.curves = {{3, 2, trial.rungs[0].scores[0]}};
  }
  return made;
}

TEST(Importance, BelongsToTheParameterThatTheScoreFollows) {
  const Made made = made_of(64, [](double a, double, std::size_t) { return a * a; });
  const auto importance = sweep_importance(made.plan, made.trials);
  ASSERT_TRUE(importance);
  EXPECT_GT(importance->shares[0], 0.85);
  EXPECT_LT(importance->shares[1], 0.1);
  EXPECT_LT(importance->shares[2], 0.1);
  EXPECT_GT(importance->explained, 0.9);
}

TEST(Importance, IsSharedByTwoThatAddUp) {
  const Made made = made_of(256, [](double a, double b, std::size_t) { return a + b; });
  const auto importance = sweep_importance(made.plan, made.trials);
  EXPECT_NEAR(importance->shares[0], 0.5, 0.12);
  EXPECT_NEAR(importance->shares[1], 0.5, 0.12);
}

// The ranks count: an outlier of any size changes no more than its own rank.
TEST(Importance, DoesNotDependOnHowLargeTheWorstScoresAre) {
  const auto with = [](double worst) {
    return made_of(64, [=](double a, double, std::size_t k) { return k == 5 ? worst : a; });
  };
  const Made one = with(10), other = with(1e30);
  EXPECT_EQ(sweep_importance(one.plan, one.trials)->shares,
            sweep_importance(other.plan, other.trials)->shares);
}

TEST(Importance, OfNoiseIsNotExplained) {
  const Made made = made_of(64, [](double, double, std::size_t k) {
    return std::sin(1e6 * static_cast<double>(k * k + 1));
  });
  EXPECT_LT(sweep_importance(made.plan, made.trials)->explained, 0.1);
}

TEST(Importance, NeedsSomeTrials) {
  const Made made = made_of(7, [](double a, double, std::size_t) { return a; });
  EXPECT_FALSE(sweep_importance(made.plan, made.trials));
}

TEST(Page, IsWholeAndLoadsNothing) {
  Made made = made_of(30, [](double a, double b, std::size_t) { return a + 0.1 * b; });
  made.plan.parameters.push_back(SweepParameter::parse("net=\"<script>\",\"a & b\""));
  made.plan.settings = {{"--network", "dense(\"<b>\")"}};
  for (SweepTrial& trial : made.trials)
    trial.values.push_back(trial.number % 2 == 0 ? "<script>" : "a & b");
  made.trials[3].error = "it <failed>";
  const std::string page = sweep_page("runs & more", made.plan, made.trials);
  test::expect_well_formed(page);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("http"), std::string::npos);
  for (const char* words : {"Parallel coordinates", "What mattered", "Learning curves",
                            "it &lt;failed&gt;", "runs &amp; more"})
    EXPECT_NE(page.find(words), std::string::npos) << words;
}

TEST(Page, OfASweepThatHasJustBegunIsWholeToo) {
  SweepPlan plan;
  plan.parameters = {SweepParameter::parse("a=1,2")};
  EXPECT_NE(sweep_page("runs", plan, {}).find("</html>"), std::string::npos);
}

}  // namespace
}  // namespace lithe
