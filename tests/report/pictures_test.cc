// Pictures are well-formed whatever they show.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lithe/trainer.h"
#include "report/drawing.h"
#include "support/markup.h"

namespace lithe {
namespace {

using test::expect_well_formed;

std::vector<EpochWatch> history(std::size_t layers, std::size_t epochs, double value) {
  std::vector<EpochWatch> result;
  for (std::size_t e = 1; e <= epochs; ++e) {
    EpochWatch epoch;
    epoch.epoch = e;
    epoch.train_loss = 1.0 / static_cast<double>(e), epoch.evaluation_loss = value;
    for (std::size_t l = 1; l <= layers; ++l) {
      LayerWatch layer;
      layer.layer = l;
      layer.label = std::to_string(l) + " dense(100, \"a<b>&c\")";
      layer.spread = value * static_cast<double>(l), layer.dead = 0.1, layer.saturated = 0.2;
      layer.weight_norm = 1, layer.gradient_norm = value, layer.update_norm = value / 10;
      epoch.layers.push_back(layer);
    }
    result.push_back(epoch);
  }
  return result;
}

TEST(WatchPicture, IsWellFormedWhateverItShows) {
  expect_well_formed(draw_watch({}));
  expect_well_formed(draw_watch({EpochWatch{}}));
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double value : {0.0, 1e-300, 1e-9, 1.0, 1e300, kInfinity, std::nan("")})
    for (const std::size_t layers : {1, 11, 60})
      for (const std::size_t epochs : {1, 3, 200}) {
        SCOPED_TRACE(std::to_string(value) + " " + std::to_string(layers));
        expect_well_formed(draw_watch(history(layers, epochs, value)));
      }
}

TEST(WatchPicture, NamesEveryLayerAndIsAlwaysTheSame) {
  const std::string svg = draw_watch(history(25, 4, 0.5));
  for (int layer = 1; layer <= 25; ++layer)
    EXPECT_NE(svg.find(">" + std::to_string(layer) + " dense(100, &quot;a&lt;b&gt;&amp;c&quot;)"),
              std::string::npos);
  EXPECT_EQ(svg, draw_watch(history(25, 4, 0.5)));
}

TEST(RatePicture, IsWellFormedAndNamesTheRate) {
  expect_well_formed(draw_learning_rate_test({}));
  LearningRateTest test;
  for (int i = 0; i < 100; ++i) {
    test.learning_rates.push_back(std::pow(10, -6 + i * 0.07));
    test.losses.push_back(2.3 - i * 0.01);
  }
  test.best = 0.0123;
  const std::string svg = draw_learning_rate_test(test);
  expect_well_formed(svg);
  EXPECT_NE(svg.find("begin with 0.012"), std::string::npos);
}

TEST(Axis, PutsValuesBetweenItsEnds) {
  const report::Axis logarithmic({0.01, 1, 0}, true, 0, 100);
  EXPECT_NEAR(logarithmic.at(0.1), 50, 1e-9);
  EXPECT_EQ(logarithmic.at(0), 0);
  EXPECT_FALSE(logarithmic.shows(0));
  EXPECT_TRUE(logarithmic.shows(0.01));
  const report::Axis straight(0, 1, 200, 100);
  EXPECT_NEAR(straight.at(0.25), 175, 1e-9);
  EXPECT_EQ(straight.at(7), 100);
}

}  // namespace
}  // namespace lithe
