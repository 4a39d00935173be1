#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "metrics/detection.h"
#include "metrics/temperature.h"

namespace lithe::metrics {
namespace {

using Scores = std::vector<double>;

// A few values, so that there are ties.
Scores random_scores(std::size_t count, double from, std::uint64_t seed) {
  base::Rng random(seed, 3);
  Scores result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(from + random.below(9));
  return result;
}

TEST(Detection, AurocIsTheShareOfPairsInOrder) {
  const Scores known = random_scores(40, 0, 1), unknown = random_scores(30, 3, 2);
  double correct = 0;
  for (const double k : known)
    for (const double u : unknown) correct += u > k ? 1 : u == k ? 0.5 : 0;
  EXPECT_NEAR(auroc(known, unknown), correct / 1200, 1e-14);
  EXPECT_EQ(auroc({1, 2}, {3}), 1);
  EXPECT_EQ(auroc({3}, {1, 2}), 0);
  EXPECT_EQ(auroc({1, 1}, {1}), 0.5);
  EXPECT_NEAR(auroc(unknown, known), 1 - auroc(known, unknown), 1e-14);
}

TEST(Detection, AuprWorkedByHand) {
  // From the top: unknown (precision 1), known, unknown (2/3).
  EXPECT_NEAR(aupr({2, 0}, {3, 1}), 0.5 * 1 + 0.5 * 2 / 3, 1e-15);
  EXPECT_EQ(aupr({0, 1}, {2, 3}), 1);
  EXPECT_EQ(aupr({1, 1, 1}, {1}), 0.25);  // a tie of all: the share of the unknown
}

TEST(Detection, FalsePositivesAtAShare) {
  const Scores known = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_EQ(fpr_at(known, {0, 9, 9.5, 11}, 0.9), 0.5);
  EXPECT_EQ(fpr_at(known, {0, 9, 9.5, 11}, 1), 0.75);
}

TEST(Detection, OscrIsAurocWhereAllAnswersAreRightAndLessElse) {
  const Scores known = random_scores(40, 0, 1), unknown = random_scores(30, 3, 2);
  EXPECT_NEAR(oscr(known, std::vector<bool>(40, true), unknown), auroc(known, unknown), 1e-14);
  EXPECT_EQ(oscr(known, std::vector<bool>(40, false), unknown), 0);
  EXPECT_EQ(oscr({1, 2}, {true, false}, {3, 4}), 0.5);
}

TEST(Detection, RatesRiseToWhatCounts) {
  const auto points = rates({1, 2, 2}, {2, 5}, {true, true, false});
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(points[2].unknown, 0.5);
  EXPECT_NEAR(points[2].known, 2.0 / 3, 1e-15);
  EXPECT_EQ(points.back().unknown, 1);
}

// Logits that are too sure by a known factor.
TEST(Temperature, IsFound) {
  base::Rng random(4, 4);
  for (const double truth : {0.5, 1.0, 3.0}) {
    std::vector<double> logits;
    std::vector<std::int32_t> labels;
    for (int i = 0; i < 20000; ++i) {
      const double z = random.normal();  // of class 1 against class 0
      labels.push_back(random.uniform() < 1 / (1 + std::exp(-z)));
      logits.insert(logits.end(), {0, z * truth});
    }
    EXPECT_NEAR(fit_temperature(logits, 2, labels), truth, 0.08 * truth);
    EXPECT_LE(negative_log_likelihood(logits, 2, labels, truth),
              negative_log_likelihood(logits, 2, labels, truth * 1.5));
  }
}

TEST(Temperature, OfLargeLogitsStaysANumber) {
  EXPECT_DOUBLE_EQ(negative_log_likelihood({1e4, 0}, 2, {1}, 1), 1e4);
}

}  // namespace
}  // namespace lithe::metrics
