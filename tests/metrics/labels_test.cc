// Figures of labels, worked by hand.
#include "metrics/labels.h"

#include <gtest/gtest.h>

#include "metrics/classification.h"

namespace lithe {
namespace {

using metrics::LabelCounts;

TEST(Labels, OfOneWorkedByHand) {
  LabelCounts counts;
  for (int i = 0; i < 3; ++i) metrics::count_label(counts, true, true);
  metrics::count_label(counts, true, false);
  for (int i = 0; i < 2; ++i) metrics::count_label(counts, false, true);
  for (int i = 0; i < 4; ++i) metrics::count_label(counts, false, false);
  const LabelFigures figures = metrics::label_figures(counts);
  EXPECT_DOUBLE_EQ(figures.accuracy, 0.7);
  EXPECT_EQ(figures.holds.support, 5u);
  EXPECT_EQ(figures.holds.predicted, 4u);
  EXPECT_DOUBLE_EQ(figures.holds.precision, 0.75);
  EXPECT_DOUBLE_EQ(figures.holds.recall, 0.6);
  EXPECT_DOUBLE_EQ(figures.holds.f1, 6.0 / 9);
}

TEST(Labels, TheMicroMeanCountsPredictionsAndTheMacroMeanLabels) {
  const std::vector<LabelCounts> labels = {{8, 2, 0, 0}, {1, 0, 1, 8}};
  const MeanFigures micro = metrics::micro_mean(labels);
  EXPECT_DOUBLE_EQ(micro.precision, 9.0 / 11);
  EXPECT_DOUBLE_EQ(micro.recall, 0.9);
  EXPECT_DOUBLE_EQ(micro.f1, 18.0 / 21);
  const MeanFigures macro = metrics::macro_mean(
      {metrics::label_figures(labels[0]).holds, metrics::label_figures(labels[1]).holds});
  EXPECT_DOUBLE_EQ(macro.f1, (16.0 / 18 + 2.0 / 3) / 2);
}

TEST(Labels, OfNothingAreZero) {
  const LabelFigures figures = metrics::label_figures({});
  EXPECT_EQ(figures.accuracy, 0);
  EXPECT_EQ(figures.holds.f1, 0);
  EXPECT_EQ(metrics::micro_mean({}).f1, 0);
}

}  // namespace
}  // namespace lithe
