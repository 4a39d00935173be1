// The comparison of scores without unknown examples.
#include "lithe/compare.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lithe/error.h"
#include "open_set/trained.h"
#include "support/expect_error.h"

namespace lithe {
namespace {

using test::known_digits;

TEST(Compare, EveryScoreIsTriedAndTheBestTaken) {
  const Model start = test::untrained();
  const std::vector<double> before = test::weights_of(start);
  const ScoreComparison result =
      compare_unknown_scores(start, known_digits().known.train, test::settings());
  EXPECT_EQ(result.plan.folds, 5u);
  EXPECT_EQ(result.plan.epochs, 3u);
  EXPECT_EQ(result.trials.size(), unknown_scores().size());
  EXPECT_FALSE(result.stopped);
  double best = 0;
  for (const ScoreTrial& trial : result.trials) {
    if (!trial.failed.empty()) continue;
    EXPECT_EQ(trial.aurocs.size(), 5u) << trial.score;
    for (const double auroc : trial.aurocs) {
      EXPECT_GE(auroc, 0) << trial.score;
      EXPECT_LE(auroc, 1) << trial.score;
    }
    best = std::max(best, trial.auroc());
    if (trial.score == result.best) {
      EXPECT_GT(trial.auroc(), 0.6);
    }
  }
  for (const ScoreTrial& trial : result.trials)
    if (trial.score == result.best) {
      EXPECT_EQ(trial.auroc(), best);
    }
  EXPECT_EQ(test::weights_of(start), before) << "the model is only looked at";
}

TEST(Compare, TheSameSeedFindsTheSame) {
  const Model start = test::untrained();
  TrainOptions options = test::settings();
  options.epochs = 1;
  const CompareOptions two{.most_folds = 2};
  const Examples few = known_digits().known.train.slice(0, 1000);
  const auto once = compare_unknown_scores(start, few, options, two);
  const auto again = compare_unknown_scores(start, few, options, two);
  for (std::size_t i = 0; i < once.trials.size(); ++i)
    EXPECT_EQ(once.trials[i].aurocs, again.trials[i].aurocs);
}

TEST(Compare, CanBeStopped) {
  CompareOptions stopped;
  stopped.progress = [](double) { return false; };
  const auto result = compare_unknown_scores(
      test::untrained(), known_digits().known.train.slice(0, 1000), test::settings(), stopped);
  EXPECT_TRUE(result.stopped);
}

TEST(Compare, TwoClassesAreTooFew) {
  test::expect_error(ErrorKind::usage, {"2 classes", "by name"},
                     [] { plan_comparison(2, test::settings()); });
  EXPECT_EQ(plan_comparison(3, test::settings()).folds, 3u);
  EXPECT_EQ(plan_comparison(100, test::settings()).folds, 5u);
  const test::RandomExamples random(100, 784, 4);
  Examples unlabelled = random.examples;
  unlabelled.labels = nullptr;
  test::expect_error(ErrorKind::data, {"no classes"}, [&] {
    compare_unknown_scores(test::untrained(), unlabelled, test::settings());
  });
}

// Weights of classes go with their classes.
TEST(Compare, WeightsOfClassesAreThoseOfTheRest) {
  TrainOptions options = test::settings();
  options.epochs = 1;
  options.class_weights = {1, 2, 3, 4, 5, 6};
  EXPECT_NO_THROW(compare_unknown_scores(
      test::untrained(), known_digits().known.train.slice(0, 1000), options, {.most_folds = 2}));
}

}  // namespace
}  // namespace lithe
