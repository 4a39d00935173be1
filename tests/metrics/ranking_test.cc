#include "metrics/ranking.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "metrics/detection.h"

namespace lithe::metrics {
namespace {

TEST(Ranking, KnowsThePerfectAndTheReversedOrder) {
  const std::vector<bool> truth = {true, true, false, false};
  EXPECT_EQ(ranking_figures({4, 3, 2, 1}, truth).roc_auc, 1);
  EXPECT_EQ(ranking_figures({4, 3, 2, 1}, truth).average_precision, 1);
  EXPECT_EQ(ranking_figures({1, 2, 3, 4}, truth).roc_auc, 0);
}

TEST(Ranking, CountsTiesHalf) {
  const RankingFigures figures = ranking_figures({1, 1, 1, 1}, {true, false, true, false});
  EXPECT_EQ(figures.roc_auc, 0.5);
  EXPECT_EQ(figures.average_precision, 0.5);
  EXPECT_EQ(figures.precision.size(), 1u);
}

TEST(Ranking, AgreesWithTheDetectionOfUnknownExamples) {
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    std::vector<double> scores, of_class, others;
    std::vector<bool> truth;
    for (int i = 0; i < 200; ++i) {
      const bool is = random() % 3 == 0;
      scores.push_back(static_cast<double>(random() % 40) + (is ? 5 : 0));
      truth.push_back(is);
      (is ? of_class : others).push_back(scores.back());
    }
    const RankingFigures figures = ranking_figures(scores, truth);
    EXPECT_NEAR(figures.roc_auc, auroc(others, of_class), 1e-12);
    EXPECT_NEAR(figures.average_precision, aupr(others, of_class), 1e-12);
    EXPECT_EQ(figures.true_positive_rate.back(), 1);
    EXPECT_EQ(figures.false_positive_rate.back(), 1);
    EXPECT_EQ(figures.precision.size() + 1, figures.true_positive_rate.size());
  }
}

TEST(Ranking, HasNoAreaWhereThereIsNothingToTellApart) {
  EXPECT_TRUE(std::isnan(ranking_figures({1, 2}, {true, true}).roc_auc));
  EXPECT_TRUE(std::isnan(ranking_figures({1, 2}, {false, false}).average_precision));
}

}  // namespace
}  // namespace lithe::metrics
