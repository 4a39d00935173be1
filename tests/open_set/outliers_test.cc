// Training with outliers.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>

#include "lithe/error.h"
#include "lithe/unknown_report.h"
#include "open_set/trained.h"
#include "support/expect_error.h"

namespace lithe {
namespace {

using test::known_digits;

const Examples& known() { return known_digits().known.train; }
const Features& outliers() { return known_digits().unknown.train.features; }

TEST(Outliers, AreOneMoreClass) {
  const OpenTrainingSet set = add_outliers(known(), {outliers()}, OutlierUse::background, 0);
  EXPECT_EQ(set.known, known().features.rows);
  EXPECT_EQ(set.examples.classes, 7u);
  EXPECT_EQ(set.examples.weights, nullptr);
  ASSERT_EQ(set.examples.features.rows, set.known + outliers().rows);
  for (std::size_t row = 0; row < set.examples.features.rows; ++row) {
    const bool is_known = row < set.known;
    EXPECT_EQ(set.examples.labels[row], is_known ? known().labels[row] : 6);
    EXPECT_EQ(
        std::memcmp(set.examples.features.row(row),
                    is_known ? known().features.row(row) : outliers().row(row - set.known), 784),
        0);
  }
}

TEST(Outliers, AreToBeAnythingAlike) {
  const OpenTrainingSet set = add_outliers(known(), {outliers()}, OutlierUse::exposure, 0.5);
  EXPECT_EQ(set.examples.labels, nullptr);
  EXPECT_EQ(set.examples.target_columns, 6u);
  double of_known = 0, of_outliers = 0;
  for (std::size_t row = 0; row < set.examples.features.rows; ++row) {
    const float* target = set.examples.targets + 6 * row;
    EXPECT_NEAR(std::accumulate(target, target + 6, 0.0), 1, 1e-6);
    if (row < set.known)
      EXPECT_EQ(target[known().labels[row]], 1);
    else
      EXPECT_EQ(target[0], target[5]);
    (row < set.known ? of_known : of_outliers) += static_cast<double>(set.examples.weights[row]);
  }
  EXPECT_NEAR(of_outliers / of_known, 0.5, 1e-5);
}

TEST(Outliers, NoneIsHeldOutToCalibrateBy) {
  for (const OutlierUse use : {OutlierUse::background, OutlierUse::exposure}) {
    const OpenTrainingSet set = add_outliers(known(), {outliers()}, use);
    const HoldoutSplit parts = hold_out(set, known(), 0.1);
    EXPECT_EQ(parts.train.features.rows + parts.validation.features.rows, known().features.rows);
    EXPECT_NEAR(static_cast<double>(parts.validation.features.rows),
                0.1 * static_cast<double>(known().features.rows), 60);
    for (std::size_t row = 0; row < parts.validation.features.rows; ++row)
      EXPECT_LT(parts.validation.labels[row], 6);
  }
}

TEST(Outliers, OfAnotherFormAreRefused) {
  const test::RandomExamples other(10, 5, 2), floats(10, 784, 2);
  test::expect_error(ErrorKind::data, {"5 values", "784"}, [&] {
    add_outliers(known(), {other.examples.features}, OutlierUse::background);
  });
  test::expect_error(ErrorKind::data, {"different element types"}, [&] {
    add_outliers(known(), {floats.examples.features}, OutlierUse::background);
  });
  Features none = outliers();
  none.rows = 0;
  test::expect_error(ErrorKind::data, {"no outliers"},
                     [&] { add_outliers(known(), {none}, OutlierUse::exposure); });
}

double auroc_of(const Model& model) {
  const Dataset& unknown = known_digits().unknown;
  return report_unknown(model, known_digits().known.test, {{"others", unknown.test, {}}})
      .scores[0]
      .rows[0]
      .auroc;
}

// Somebody who has examples of what is unknown does better than one who has none.
TEST(Outliers, Help) {
  Model plain = test::trained();
  calibrate_unknown(plain, known_digits().parts.train, known_digits().parts.validation);
  const double without = auroc_of(plain);
  EXPECT_GT(without, 0.8);

  const OpenTrainingSet more = add_outliers(known(), {outliers()}, OutlierUse::background, 0);
  Model background = test::train_on(more.examples, test::untrained("dense(7)"));
  mark_background(background);
  calibrate_unknown(background, known_digits().parts.train, known_digits().parts.validation,
                    {"background", 0.95});
  EXPECT_GT(auroc_of(background), without + 0.02);
  for (const OpenSetPrediction& a :
       OpenSetPredictor(background).predict(known_digits().unknown.test.features))
    EXPECT_LT(a.best, 6u) << "the background class is no answer";

  const OpenTrainingSet even = add_outliers(known(), {outliers()}, OutlierUse::exposure);
  Model exposed = test::train_on(even.examples, test::untrained());
  calibrate_unknown(exposed, known_digits().parts.train, known_digits().parts.validation);
  EXPECT_GT(auroc_of(exposed), without + 0.02);
}

}  // namespace
}  // namespace lithe
