#include "metrics/classification.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace lithe::metrics {
namespace {

using Cells = std::vector<ConfusionCell>;

// 3 of class 0 (2 right), 2 of class 1 (1 right), none of class 2, which is answered once.
const std::vector<std::int32_t> kTruth = {0, 0, 0, 1, 1};
const std::vector<std::size_t> kAnswers = {0, 0, 1, 1, 2};

TEST(Confusion, CountsEachPairOnce) {
  EXPECT_EQ(confusion(kTruth, kAnswers), (Cells{{0, 0, 2}, {0, 1, 1}, {1, 1, 1}, {1, 2, 1}}));
  EXPECT_TRUE(confusion({}, {}).empty());
}

TEST(ClassFigures, WorkedByHand) {
  const auto figures = class_figures(confusion(kTruth, kAnswers), 4);
  ASSERT_EQ(figures.size(), 4u);
  EXPECT_EQ(figures[0].support, 3u);
  EXPECT_EQ(figures[0].predicted, 2u);
  EXPECT_DOUBLE_EQ(figures[0].precision, 1);
  EXPECT_DOUBLE_EQ(figures[0].recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(figures[0].f1, 0.8);
  EXPECT_DOUBLE_EQ(figures[1].precision, 0.5);
  EXPECT_DOUBLE_EQ(figures[1].recall, 0.5);
  EXPECT_DOUBLE_EQ(figures[1].f1, 0.5);
  EXPECT_EQ(figures[2].support, 0u);
  EXPECT_EQ(figures[2].predicted, 1u);
  EXPECT_EQ(figures[2].f1, 0);
  EXPECT_EQ(figures[3].precision, 0);  // never seen, never answered
}

TEST(ClassFigures, Means) {
  const auto figures = class_figures(confusion(kTruth, kAnswers), 4);
  const MeanFigures macro = macro_mean(figures), weighted = weighted_mean(figures);
  EXPECT_DOUBLE_EQ(macro.f1, (0.8 + 0.5 + 0) / 3);  // the fourth does not count
  EXPECT_DOUBLE_EQ(macro.precision, 0.5);
  EXPECT_DOUBLE_EQ(weighted.f1, (3 * 0.8 + 2 * 0.5) / 5);
  EXPECT_DOUBLE_EQ(weighted.recall, 3.0 / 5);  // which is the accuracy
  EXPECT_EQ(macro_mean({}).f1, 0);
  EXPECT_EQ(weighted_mean({}).f1, 0);
}

TEST(ClassFigures, PropertiesOfRandomAnswers) {
  base::Rng random(5, 1);
  std::vector<std::int32_t> truth;
  std::vector<std::size_t> answers;
  double correct = 0;
  for (int i = 0; i < 500; ++i) {
    truth.push_back(static_cast<std::int32_t>(random.below(7)));
    answers.push_back(random.below(2) == 0 ? static_cast<std::size_t>(truth.back())
                                           : random.below(7));
    correct += static_cast<std::size_t>(truth.back()) == answers.back();
  }
  const auto figures = class_figures(confusion(truth, answers), 7);
  std::size_t support = 0, answered = 0;
  for (const ClassFigures& one : figures) {
    support += one.support, answered += one.predicted;
    EXPECT_NEAR(one.f1, 2 * one.precision * one.recall / (one.precision + one.recall), 1e-12);
    EXPECT_LE(std::min(one.precision, one.recall), one.f1);
    EXPECT_GE(std::max(one.precision, one.recall), one.f1);
  }
  EXPECT_EQ(support, 500u);
  EXPECT_EQ(answered, 500u);
  EXPECT_NEAR(weighted_mean(figures).recall, correct / 500, 1e-12);
}

TEST(TopK, RanksFollowTheFirstOfTheLargest) {
  const std::vector<double> outputs = {0.2, 0.9, 0.9, 0.1};
  EXPECT_EQ(rank_of(outputs, 1), 0u);
  EXPECT_EQ(rank_of(outputs, 2), 1u);
  EXPECT_EQ(rank_of(outputs, 0), 2u);
  EXPECT_EQ(rank_of(outputs, 3), 3u);
}

TEST(TopK, GrowsWithKUpToAll) {
  const std::vector<std::size_t> ranks = {0, 2, 1, 0, 4};
  EXPECT_DOUBLE_EQ(top_k(ranks, 0), 0);
  EXPECT_DOUBLE_EQ(top_k(ranks, 1), 0.4);
  EXPECT_DOUBLE_EQ(top_k(ranks, 2), 0.6);
  EXPECT_DOUBLE_EQ(top_k(ranks, 4), 0.8);
  EXPECT_DOUBLE_EQ(top_k(ranks, 5), 1);
}

}  // namespace
}  // namespace lithe::metrics
