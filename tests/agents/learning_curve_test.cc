#include "lithe/learning_curve.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/expect_error.h"
#include "support/markup.h"

namespace lithe {
namespace {

const double kNan = std::nan("");

LearningCurve curve() {
  return {"cartpole, ppo",
          {"policy_loss", "entropy"},
          {{512, 0.25, kNan, kNan, kNan, {0.5, kNan}},
           {1024, 0.5, 21.25, 22, kNan, {-0.125, 0.625}},
           {1'500'000, 3600, 498.5, 499, 500, {1e-9, 0.1}}}};
}

TEST(LearningCurve, IsReadAsItWasWritten) {
  const std::string text = learning_curve_csv(curve());
  const LearningCurve read = read_learning_curve_csv(text, "curve.csv");
  EXPECT_EQ(read.metric_names, curve().metric_names);
  ASSERT_EQ(read.points.size(), 3u);
  EXPECT_EQ(read.points[2].steps, 1'500'000u);
  EXPECT_EQ(read.points[2].evaluation, 500);
  EXPECT_TRUE(std::isnan(read.points[0].mean_return));
  EXPECT_TRUE(std::isnan(read.points[0].metrics[1]));
  EXPECT_EQ(read.points[1].metrics, curve().points[1].metrics);
  EXPECT_EQ(learning_curve_csv(read), text);
}

TEST(LearningCurve, RefusesOtherFiles) {
  const std::string text = learning_curve_csv(curve());
  for (const std::string& other :
       {std::string(), std::string("a,b\n1,2\n"), text + "1,2\n", text + "-1,0,0,0,0,0,0\n"})
    test::expect_error(ErrorKind::data, {"curve.csv", "learning curve"},
                       [&] { read_learning_curve_csv(other, "curve.csv"); });
}

TEST(LearningCurve, IsDrawn) {
  const std::string picture = learning_curve_svg(curve());
  test::expect_well_formed(picture);
  for (const char* word : {"cartpole, ppo", "environment steps", "1.5M", "evaluated"})
    EXPECT_NE(picture.find(word), std::string::npos) << word;
  test::expect_well_formed(learning_curve_svg({"nothing yet", {}, {}}));
}

}  // namespace
}  // namespace lithe
