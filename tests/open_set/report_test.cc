// The report on known and unknown examples.
#include <gtest/gtest.h>

#include <algorithm>

#include "lithe/error.h"
#include "lithe/unknown_report.h"
#include "open_set/trained.h"
#include "support/expect_error.h"

namespace lithe {
namespace {

using test::known_digits;

Model calibrated() {
  Model model = test::trained();
  calibrate_unknown(model, known_digits().parts.train, known_digits().parts.validation);
  return model;
}

UnknownSet others() {
  const Dataset& unknown = known_digits().unknown;
  return {"others", unknown.test, unknown.class_names};
}

TEST(Report, LeavesOutClassesAndFindsThem) {
  const Model model = calibrated();
  const Examples& known = known_digits().known.test;
  const UnknownReport report = report_unknown(model, known, {others()});
  EXPECT_EQ(report.known, known.features.rows);
  EXPECT_EQ(static_cast<std::size_t>(report.accuracy * static_cast<double>(report.known) + 0.5),
            evaluate(model, known, "cross_entropy").correct);
  ASSERT_EQ(report.scores.size(), 1u);
  const ScoreReport& score = report.scores[0];
  EXPECT_EQ(score.known_acceptance_rate, acceptance_rate(model, known.features));
  ASSERT_EQ(score.rows.size(), 5u);
  const UnknownFigures& whole = score.rows[0];
  EXPECT_EQ(whole.kind, "");
  EXPECT_GT(whole.auroc, 0.8);
  EXPECT_LT(whole.fpr95, 0.7);
  EXPECT_EQ(whole.acceptance_rate, acceptance_rate(model, others().examples.features));
  EXPECT_LE(whole.oscr, report.accuracy);
  EXPECT_LE(whole.oscr, whole.auroc);

  // The set is its kinds together.
  std::vector<std::string> kinds;
  double auroc = 0, accepted = 0;
  std::size_t examples = 0;
  for (std::size_t k = 1; k < 5; ++k) {
    const UnknownFigures& row = score.rows[k];
    kinds.push_back(row.kind);
    examples += row.examples;
    auroc += row.auroc * static_cast<double>(row.examples);
    accepted += row.acceptance_rate * static_cast<double>(row.examples);
  }
  EXPECT_EQ(kinds, (std::vector<std::string>{"0", "1", "6", "7"}));
  EXPECT_EQ(examples, whole.examples);
  EXPECT_NEAR(auroc / static_cast<double>(examples), whole.auroc, 1e-9);
  EXPECT_NEAR(accepted / static_cast<double>(examples), whole.acceptance_rate, 1e-9);
}

TEST(Report, WhatIsKnownCannotBeToldFromItself) {
  const Examples& known = known_digits().known.test;
  const UnknownReport report = report_unknown(calibrated(), known, {{"same", known, {}}});
  const UnknownFigures& row = report.scores[0].rows[0];
  EXPECT_NEAR(row.auroc, 0.5, 1e-12);
  EXPECT_NEAR(row.fpr95, 0.95, 0.01);
  EXPECT_EQ(row.acceptance_rate, report.scores[0].known_acceptance_rate);
}

TEST(Report, OtherScoresAreFittedOnKnownExamples) {
  const Model model = calibrated();
  UnknownReportOptions options;
  options.scores = unknown_scores();
  options.fit = known_digits().parts.train, options.validation = known_digits().parts.validation;
  const UnknownReport all =
      report_unknown(model, known_digits().known.test, {others(), others()}, options);
  ASSERT_EQ(all.scores.size(), unknown_scores().size());
  for (const ScoreReport& score : all.scores) {
    EXPECT_NEAR(score.known_acceptance_rate, 0.95, 0.05) << score.score;
    EXPECT_EQ(score.rows.size(), 10u);
    EXPECT_EQ(score.unknown_scores.size(), 2u);
  }
}

TEST(Report, AModelWithoutTheMeansIsToldWhatToRun) {
  const Model bare = test::trained();
  const Examples& known = known_digits().known.test;
  test::expect_error(ErrorKind::model, {"lithe calibrate", "energy"},
                     [&] { report_unknown(bare, known, {others()}); });
  test::expect_error(ErrorKind::model, {"lithe calibrate", "mahalanobis"}, [&] {
    report_unknown(calibrated(), known, {others()}, {.scores = {"mahalanobis"}});
  });
}

TEST(Report, EmptyAndUnlabelledSetsAreRefused) {
  const Model model = calibrated();
  Examples unlabelled = known_digits().known.test;
  unlabelled.labels = nullptr;
  test::expect_error(ErrorKind::data, {"--known"},
                     [&] { report_unknown(model, unlabelled, {others()}); });
  UnknownSet none = others();
  none.examples = none.examples.slice(0, 0);
  test::expect_error(ErrorKind::data, {"others"},
                     [&] { report_unknown(model, known_digits().known.test, {none}); });
  test::expect_error(ErrorKind::data, {"10 classes", "knows 6"},
                     [&] { report_unknown(model, test::digits(20000, 3000).test, {others()}); });
}

TEST(Report, DrawsALineForEachSet) {
  const UnknownReport report =
      report_unknown(calibrated(), known_digits().known.test, {others(), others()});
  const std::string svg = draw_unknown_curves(report.scores[0]);
  EXPECT_TRUE(svg.starts_with("<svg")) << svg.substr(0, 50);
  EXPECT_NE(svg.find("others: 0."), std::string::npos);
  EXPECT_NE(svg.find("#d55e00"), std::string::npos);
}

TEST(Report, NamesTheRowsThatFoolMost) {
  EXPECT_EQ(lowest_rows({3, 1, 2, 1}, 3), (std::vector<std::size_t>{1, 3, 2}));
  EXPECT_EQ(highest_rows({3, 1, 2, 3}, 2), (std::vector<std::size_t>{0, 3}));
  EXPECT_TRUE(lowest_rows({}, 5).empty());
}

}  // namespace
}  // namespace lithe
