#include "metrics/reliability.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "base/random.h"
#include "metrics/regression.h"

namespace lithe::metrics {
namespace {

TEST(Reliability, BinsOfEqualWidthWorkedByHand) {
  const auto bins = reliability({0.1, 0.5, 0.6, 0.9, 1.0}, {true, true, false, true, false}, 2);
  ASSERT_EQ(bins.size(), 2u);
  EXPECT_EQ(bins[0].count, 2u);  // 0.5 belongs to the bin that ends there
  EXPECT_DOUBLE_EQ(bins[0].confidence, 0.3);
  EXPECT_DOUBLE_EQ(bins[0].accuracy, 1);
  EXPECT_EQ(bins[1].count, 3u);
  EXPECT_DOUBLE_EQ(bins[1].confidence, 2.5 / 3);
  EXPECT_DOUBLE_EQ(bins[1].accuracy, 1.0 / 3);
  EXPECT_NEAR(expected_calibration_error(bins), 0.4 * 0.7 + 0.6 * 0.5, 1e-12);
  EXPECT_NEAR(maximum_calibration_error(bins), 0.7, 1e-12);
}

TEST(Reliability, EndsAndWhatLiesOutsideHaveABin) {
  const auto bins = reliability({0, -1, 1, 2}, {false, false, true, true}, 15);
  EXPECT_EQ(bins.front().count, 2u);
  EXPECT_EQ(bins.back().count, 2u);
  EXPECT_EQ(expected_calibration_error({}), 0);
  EXPECT_EQ(maximum_calibration_error({}), 0);
}

TEST(Reliability, BinsOfEqualCounts) {
  const auto bins =
      reliability_by_count({0.9, 0.1, 0.2, 0.8, 0.3}, {true, false, false, true, true}, 2);
  ASSERT_EQ(bins.size(), 2u);
  EXPECT_EQ(bins[0].count, 2u);
  EXPECT_DOUBLE_EQ(bins[0].confidence, 0.15);
  EXPECT_EQ(bins[1].count, 3u);
  EXPECT_DOUBLE_EQ(bins[1].accuracy, 1);
  EXPECT_DOUBLE_EQ(bins[1].high, 0.9);
  EXPECT_EQ(reliability_by_count({0.4}, {true}, 15).size(), 1u);
  EXPECT_TRUE(reliability_by_count({}, {}, 15).empty());
}

// Answers that are right as often as they say, and others that are surer than that.
TEST(Reliability, TellsHonestConfidenceFromBoasting) {
  base::Rng random(3, 1);
  std::vector<double> honest, boasting;
  std::vector<bool> correct;
  for (int i = 0; i < 20000; ++i) {
    honest.push_back(random.uniform());
    boasting.push_back(std::sqrt(honest.back()));
    correct.push_back(random.uniform() < honest.back());
  }
  EXPECT_LT(expected_calibration_error(reliability(honest, correct)), 0.012);
  EXPECT_LT(expected_calibration_error(reliability_by_count(honest, correct)), 0.012);
  // The integral of sqrt(p) - p over 0 to 1.
  EXPECT_NEAR(expected_calibration_error(reliability(boasting, correct)), 1.0 / 6, 0.01);
  EXPECT_GE(maximum_calibration_error(reliability(boasting, correct)),
            expected_calibration_error(reliability(boasting, correct)));
}

TEST(Reliability, OneBinSaysHowFarTheMeansAreApart) {
  const std::vector<double> confidences = {0.3, 0.9, 0.6};
  EXPECT_NEAR(expected_calibration_error(reliability(confidences, {true, true, false}, 1)),
              2.0 / 3 - 0.6, 1e-12);
}

TEST(Brier, FromPerfectToWorst) {
  EXPECT_EQ(brier(std::vector<double>{0, 1, 0}, 1), 0);
  EXPECT_EQ(brier(std::vector<double>{1, 0, 0}, 1), 2);
  EXPECT_DOUBLE_EQ(brier(std::vector<double>{0.5, 0.25, 0.25}, 0), 0.375);
}

// A proper score: of all shares for a coin that falls so 0.7 of the time, 0.7 is the best.
TEST(Brier, IsLeastForTheTruth) {
  const auto expected = [](double p) {
    return 0.7 * brier(std::vector<double>{p, 1 - p}, 0) +
           0.3 * brier(std::vector<double>{p, 1 - p}, 1);
  };
  for (const double p : {0.0, 0.5, 0.69, 0.71, 1.0}) EXPECT_GT(expected(p), expected(0.7));
}

TEST(ValueFigures, WorkedByHand) {
  const ValueFigures figures = value_figures({1, 2, 6}, {1, 3, 5});
  EXPECT_DOUBLE_EQ(figures.rmse, std::sqrt(2.0 / 3));
  EXPECT_DOUBLE_EQ(figures.mae, 2.0 / 3);
  EXPECT_NEAR(figures.bias, 0, 1e-15);
  EXPECT_DOUBLE_EQ(figures.r2, 1 - 2.0 / 8);
}

TEST(ValueFigures, TheMeanExplainsNothingAndTheTruthAll) {
  EXPECT_DOUBLE_EQ(value_figures({3, 3, 3}, {1, 3, 5}).r2, 0);
  EXPECT_EQ(value_figures({1, 3, 5}, {1, 3, 5}).r2, 1);
  EXPECT_TRUE(std::isnan(value_figures({1, 2}, {4, 4}).r2));
}

}  // namespace
}  // namespace lithe::metrics
