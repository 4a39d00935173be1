// The figures of an evaluation, worked by hand.
#include <gtest/gtest.h>

#include <numeric>

#include "evaluation/hand_made.h"
#include "lithe/calibrate.h"
#include "support/expect_error.h"
#include "support/training.h"

namespace lithe {
namespace {

using test::logits, test::passes_on, test::rows;

TEST(EvaluationReport, OfAClassifierWorkedByHand) {
  const Model model = passes_on(2, "cross_entropy", {"no", "yes"});
  const Dataset data = rows(2, logits({0.2, 0.9, 0.6, 0.7}), {0, 1, 0, 0});
  const EvaluationReport report = report_evaluation(model, data.test);
  ASSERT_TRUE(report.classes);
  EXPECT_FALSE(report.values);
  EXPECT_FALSE(report.unknown);
  const ClassifierReport& classes = *report.classes;
  EXPECT_EQ(classes.names, (std::vector<std::string>{"no", "yes"}));
  EXPECT_DOUBLE_EQ(classes.accuracy, 0.5);
  EXPECT_EQ(report.score.correct, 2u);
  EXPECT_DOUBLE_EQ(classes.top5, 1);
  EXPECT_NEAR(classes.brier, 2 * (0.04 + 0.01 + 0.36 + 0.49) / 4, 1e-12);
  EXPECT_EQ(classes.confusion, (std::vector<ConfusionCell>{{0, 0, 1}, {0, 1, 2}, {1, 1, 1}}));
  EXPECT_DOUBLE_EQ(classes.figures[1].precision, 1.0 / 3);
  EXPECT_DOUBLE_EQ(classes.macro.f1, 0.5);
  // Each example has a bin of its own.
  EXPECT_NEAR(classes.plain.ece, (0.2 + 0.1 + 0.6 + 0.7) / 4, 1e-12);
  EXPECT_NEAR(classes.plain.mce, 0.7, 1e-12);
  EXPECT_NEAR(classes.plain.confidence, 0.75, 1e-12);
  ASSERT_EQ(classes.errors.size(), 2u);
  EXPECT_EQ(classes.errors[0].row, 3u);  // the more confident one
  EXPECT_NEAR(classes.errors[0].confidence, 0.7, 1e-12);
  EXPECT_NEAR(classes.errors[0].true_probability, 0.3, 1e-12);
  EXPECT_EQ(classes.errors[1].predicted, 1u);
  EXPECT_FALSE(classes.tempered);
  EXPECT_EQ(classes.confidence_from, "the softmax of the outputs");
}

// One output; whatever the loss, the answers are those that evaluate() counts.
TEST(EvaluationReport, OfOneOutputAgreesWithEvaluate) {
  const std::vector<double> values = {-2, -0.1, 0, 0.2, 0.499, 0.5, 0.7, 1.5, -0.4, 0.9};
  const Dataset data = rows(1, values, {0, 1, 0, 1, 0, 1, 1, 0, 0, 1});
  for (const std::string loss : {"quadratic", "binary_cross_entropy", "hinge", "mean_absolute"}) {
    SCOPED_TRACE(loss);
    const EvaluationReport report = report_evaluation(passes_on(1, loss), data.test);
    const ClassifierReport& classes = *report.classes;
    EXPECT_DOUBLE_EQ(classes.accuracy, static_cast<double>(report.score.correct) / 10);
    EXPECT_EQ(classes.names.size(), 2u);
    EXPECT_EQ(classes.errors.size(), 10 - report.score.correct);
    for (const Misclassification& error : classes.errors) {
      EXPECT_NEAR(error.confidence + error.true_probability, 1, 1e-12);
      EXPECT_GE(error.confidence, 0.5);
    }
  }
}

TEST(EvaluationReport, OfSeveralOutputsAgreesWithEvaluate) {
  base::Rng random(9, 1);
  std::vector<double> values;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 5000 * 4; ++i) values.push_back(random.below(5) / 4.0);  // with ties
  for (int i = 0; i < 5000; ++i) labels.push_back(static_cast<std::int32_t>(random.below(4)));
  Dataset data = rows(4, values, labels);
  data.test.classes = 4;
  for (const std::string loss :
       {"quadratic", "cross_entropy", "binary_cross_entropy", "hinge", "huber"}) {
    const EvaluationReport report = report_evaluation(passes_on(4, loss), data.test);
    EXPECT_DOUBLE_EQ(report.classes->accuracy, static_cast<double>(report.score.correct) / 5000);
    EXPECT_DOUBLE_EQ(report.classes->plain.accuracy, report.classes->accuracy);
    EXPECT_EQ(report.classes->errors.size(), 24u);
    for (std::size_t i = 1; i < 24; ++i)
      EXPECT_GE(report.classes->errors[i - 1].confidence, report.classes->errors[i].confidence);
  }
}

TEST(EvaluationReport, LeavesOutputsThatAreNoClassesOut) {
  const Dataset data = rows(5, {1, 0, 0, 0, 0, 0, 1, 0, 0, 0}, {0, 1});
  EXPECT_EQ(report_evaluation(passes_on(5, "cross_entropy"), data.test).classes->names.size(), 2u);
  const Dataset wrong = rows(5, {1, 0, 0, 0, 0, 0, 0, 0, 1, 0}, {0, 1});
  EXPECT_EQ(report_evaluation(passes_on(5, "cross_entropy"), wrong.test).classes->names.size(), 4u);
}

TEST(EvaluationReport, OfNumbers) {
  Dataset data = rows(2, {1, 10, 2, 20, 3, 31}, {0, 0, 0});
  const std::vector<float> targets = {1, 10, 3, 20, 2, 30};
  data.test.labels = nullptr;
  data.test.targets = targets.data(), data.test.target_columns = 2;
  const EvaluationReport report = report_evaluation(passes_on(2, "mean_squared"), data.test);
  ASSERT_TRUE(report.values);
  EXPECT_FALSE(report.classes);
  ASSERT_EQ(report.values->columns.size(), 2u);
  EXPECT_DOUBLE_EQ(report.values->columns[0].mae, 2.0 / 3);
  EXPECT_DOUBLE_EQ(report.values->columns[0].r2, 0);
  EXPECT_DOUBLE_EQ(report.values->columns[1].r2, 1 - 1.0 / 200);
  EXPECT_DOUBLE_EQ(report.values->all.r2, 0.4975);
  EXPECT_NEAR(report.values->all.rmse, report.score.rmse, 1e-12);
  EXPECT_EQ(report.values->truth[1], (std::vector<double>{10, 20, 30}));
}

// Logits four times too large: the temperature makes up for it.
TEST(EvaluationReport, TemperatureMendsTheConfidence) {
  base::Rng random(2, 2);
  std::vector<double> values;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 4000; ++i) {
    const double p = random.uniform();
    values.insert(values.end(), {0, 4 * std::log(p / (1 - p))});
    labels.push_back(random.uniform() < p ? 1 : 0);
  }
  Model model = passes_on(2, "cross_entropy");
  const Dataset data = rows(2, values, labels);
  calibrate_unknown(model, data.test, data.test);
  const EvaluationReport report = report_evaluation(model, data.test);
  ASSERT_TRUE(report.classes->tempered);
  EXPECT_NEAR(report.classes->temperature, 4, 0.4);
  EXPECT_GT(report.classes->plain.ece, 0.1);
  EXPECT_LT(report.classes->tempered->ece, 0.02);
  ASSERT_TRUE(report.unknown);
  EXPECT_EQ(report.unknown->score, "energy");
  EXPECT_NEAR(report.unknown->acceptance_rate, 0.95, 0.001);
  EXPECT_EQ(report.unknown->scores.size(), 4000u);
}

TEST(EvaluationReport, SaysWhatIsWrong) {
  const Model model = passes_on(2, "cross_entropy");
  test::expect_error(ErrorKind::data, {"no test examples", "--data"},
                     [&] { report_evaluation(model, rows(2, {}, {}).test); });
  test::expect_error(ErrorKind::data, {"takes 2 values", "has 3"}, [&] {
    report_evaluation(model, rows(3, {1, 2, 3}, {0}).test);
  });
  test::expect_error(ErrorKind::numeric, {"not a number"}, [&] {
    report_evaluation(model, rows(2, {1, std::nan("")}, {0}).test);
  });
}

TEST(EvaluationReport, ADamagedHistoryCostsTheCurvesAlone) {
  Model model = passes_on(2, "cross_entropy");
  model.metadata()["lithe.history"] = "{\"epoch\":[3,1]}";
  const EvaluationReport report = report_evaluation(model, rows(2, {1, 0}, {0}).test);
  EXPECT_TRUE(report.history.empty());
  EXPECT_NE(report.history_problem.find("damaged"), std::string::npos);
}

}  // namespace
}  // namespace lithe
