// The class that outputs predict: one rule for evaluate(), reports and lithe/probabilities.h, after
// every loss.
#include "lithe/probabilities.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "base/random.h"
#include "evaluation/hand_made.h"
#include "losses/loss.h"
#include "support/expect_error.h"

namespace lithe {
namespace {

using test::passes_on, test::rows;

constexpr std::size_t kRows = 600;

// Few values, so that many outputs are equal, lie on a threshold, or round to the same probability.
std::vector<double> drawn_outputs(std::size_t count) {
  constexpr double kValues[] = {-800, -2, -0.5, 0, 0.25, 0.5, 0.75, 1, 1.5, 40, 50, 800};
  base::Rng random(11, 3);
  std::vector<double> values(count);
  for (double& value : values)
    value = random.below(4) == 0 ? 4 * random.uniform() - 2 : kValues[random.below(12)];
  return values;
}

// Calls `check` with each loss and 1, 2 and 3 outputs. One output and cross_entropy make one class.
template <typename Check>
void for_each_case(const Check& check) {
  for (const losses::Row& row : losses::kLosses)
    for (const std::size_t width : {1u, 2u, 3u}) {
      const std::string loss(row.name);
      SCOPED_TRACE(loss + " with " + std::to_string(width));
      check(loss, width, drawn_outputs(kRows * width));
    }
}

std::vector<std::int32_t> predicted(const std::vector<double>& outputs, std::size_t width,
                                    const std::string& loss) {
  std::vector<std::int32_t> result;
  for (std::size_t at = 0; at < outputs.size(); at += width)
    result.push_back(
        static_cast<std::int32_t>(predicted_class(std::span(outputs).subspan(at, width), loss)));
  return result;
}

TEST(Probabilities, EvaluationCountsThePredictedClass) {
  for_each_case([](const std::string& loss, std::size_t width, const std::vector<double>& outputs) {
    Dataset data = rows(width, outputs, predicted(outputs, width, loss));
    data.test.classes = width == 1 ? (loss == "cross_entropy" ? 1 : 2) : width;
    const EvaluationReport report = report_evaluation(passes_on(width, loss), data.test);
    EXPECT_EQ(report.score.correct, kRows);
    EXPECT_DOUBLE_EQ(report.classes->accuracy, 1);
    for (const ConfusionCell& cell : report.classes->confusion)
      EXPECT_EQ(cell.truth, cell.predicted);
  });
}

TEST(Probabilities, TheFirstOfTheRankedClassesIsThePredictedOne) {
  for_each_case([](const std::string& loss, std::size_t width, const std::vector<double>& outputs) {
    for (std::size_t at = 0; at < outputs.size(); at += width) {
      const auto row = std::span(outputs).subspan(at, width);
      std::vector<std::size_t> ranked = ranked_classes(row, loss);
      EXPECT_EQ(ranked[0], predicted_class(row, loss));
      const std::vector<double> p = probabilities(row, loss);
      ASSERT_EQ(p.size(), ranked.size());
      for (std::size_t i = 0; i < p.size(); ++i) {
        EXPECT_GE(p[i], 0);
        EXPECT_LE(p[i], 1);
        EXPECT_GE(p[ranked[i > 0 ? i - 1 : 0]], p[ranked[i]]);
      }
      std::ranges::sort(ranked);
      for (std::size_t i = 0; i < ranked.size(); ++i) EXPECT_EQ(ranked[i], i);
    }
  });
}

TEST(Probabilities, FloatsMeanTheSame) {
  for_each_case([](const std::string& loss, std::size_t width, const std::vector<double>& outputs) {
    for (std::size_t at = 0; at < outputs.size(); at += width) {
      const std::vector<float> narrow(outputs.begin() + static_cast<std::ptrdiff_t>(at),
                                      outputs.begin() + static_cast<std::ptrdiff_t>(at + width));
      const std::vector<double> wide(narrow.begin(), narrow.end());
      EXPECT_EQ(predicted_class(narrow, loss), predicted_class(wide, loss));
      EXPECT_EQ(ranked_classes(narrow, loss), ranked_classes(wide, loss));
      EXPECT_EQ(probabilities(narrow, loss), probabilities(wide, loss));
    }
  });
}

TEST(Probabilities, WorkedByHand) {
  const std::vector<double> pair = {0, std::log(3)}, one = {std::log(3)};
  const auto near = [](const std::vector<double>& got, const std::vector<double>& expected) {
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-15);
  };
  near(probabilities(pair, "cross_entropy(0.1)"), {0.25, 0.75});
  near(probabilities(pair, "binary_cross_entropy"), {0.5, 0.75});
  near(probabilities(pair, "hinge"), {0.25, 0.75});
  near(probabilities(pair, "quadratic"), {0, 1});
  near(probabilities(one, "cross_entropy"), {1});
  near(probabilities(one, "binary_cross_entropy"), {0.25, 0.75});
  near(probabilities(one, "hinge(2)"), {0.25, 0.75});
  near(probabilities(std::vector<double>{0.2}, "huber(0.5)"), {0.8, 0.2});
}

// The defect that this rule ended: a hinge output of 0.3 is on the second class's side.
TEST(Probabilities, AHingeOutputIsCutAtZero) {
  EXPECT_EQ(predicted_class(std::vector<double>{0.3}, "hinge"), 1u);
  EXPECT_EQ(predicted_class(std::vector<double>{-0.3}, "hinge"), 0u);
  EXPECT_EQ(predicted_class(std::vector<double>{0.3}, "quadratic"), 0u);
}

TEST(Probabilities, RefusesWhatIsNoLossAndNoOutputs) {
  const std::vector<double> outputs = {1, 2};
  test::expect_error(ErrorKind::sentence, {"hinges"}, [&] { predicted_class(outputs, "hinges"); });
  test::expect_error(ErrorKind::usage, {"no outputs"},
                     [&] { probabilities(std::vector<double>{}, "hinge"); });
}

}  // namespace
}  // namespace lithe
