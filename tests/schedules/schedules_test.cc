// Schedules by their properties.
#include "schedules/schedules.h"

#include <gtest/gtest.h>

#include <cmath>

#include "catalogue/catalogue.h"
#include "network/bind.h"

namespace lithe::schedules {
namespace {

Schedule make(const std::string& sentence) {
  return Schedule::make(
      network::read_component(sentence, network::Category::schedule, catalogue::catalogue()));
}

// Every schedule, with its defaults where it has them, at a rate of 2.
std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const auto& declaration : declarations()) result.push_back(declaration.name);
  return result;
}

TEST(Schedules, StayBetweenNothingAndTheRate) {
  for (const std::string& name : names())
    for (const std::string warmup : {"", ", warmup=0.2"}) {
      const Schedule schedule = make(name + "(2" + warmup + ")");
      for (int i = 0; i <= 1000; ++i) {
        const double rate = schedule.at(i / 1000.0);
        ASSERT_TRUE(std::isfinite(rate)) << name << " at " << i;
        ASSERT_GE(rate, 0) << name << " at " << i;
        ASSERT_LE(rate, 2 * (1 + 1e-12)) << name << " at " << i;
      }
    }
}

// For its share of the training the rate grows in proportion to what the schedule begins with; then
// the schedule runs over the rest.
TEST(Schedules, WarmUpInProportion) {
  for (const std::string& name : names()) {
    const Schedule plain = make(name + "(2)"), warm = make(name + "(2, warmup=0.25)");
    for (const double share : {0.0, 0.1, 0.5, 0.9})
      EXPECT_NEAR(warm.at(0.25 * share), plain.at(0) * share, 1e-12) << name;
    for (const double share : {0.0, 0.2, 0.5, 0.99})
      EXPECT_NEAR(warm.at(0.25 + 0.75 * share), plain.at(share), 1e-9) << name;
  }
}

TEST(Schedules, AreWhatTheirFormulasSay) {
  EXPECT_DOUBLE_EQ(make("constant(0.3)").at(0.7), 0.3);
  EXPECT_DOUBLE_EQ(make("linear(1)").at(0.25), 0.75);
  EXPECT_DOUBLE_EQ(make("linear(1, end=0.5)").at(1), 0.5);
  EXPECT_DOUBLE_EQ(make("exponential(1, end=0.01)").at(0.5), 0.1);
  EXPECT_DOUBLE_EQ(make("power(1, exponent=1, scale=0.5)").at(0.5), 0.5);
  EXPECT_DOUBLE_EQ(make("cosine(1)").at(0.5), 0.5);
  EXPECT_NEAR(make("cosine(1)").at(1), 0, 1e-15);
  EXPECT_DOUBLE_EQ(make("step(1, factor=0.1, every=0.25)").at(0.6), 0.01);
  const Schedule piecewise = make("piecewise(1, 50%, 0.1, 75%, 0.01)");
  EXPECT_DOUBLE_EQ(piecewise.at(0.49), 1);
  EXPECT_DOUBLE_EQ(piecewise.at(0.5), 0.1);
  EXPECT_DOUBLE_EQ(piecewise.at(0.99), 0.01);
}

// PyTorch's OneCycleLR(max_lr=1, total_steps=1001): steps 0, 150, 300, 650 and 1000.
TEST(Schedules, OneCycleIsPyTorchs) {
  const Schedule schedule = make("one_cycle(1)");
  EXPECT_NEAR(schedule.at(0), 0.04, 1e-12);
  EXPECT_NEAR(schedule.at(0.15), 0.52, 1e-12);
  EXPECT_NEAR(schedule.at(0.3), 1, 1e-12);
  EXPECT_NEAR(schedule.at(0.65), 0.500002, 1e-6);
  EXPECT_NEAR(schedule.at(1), 4e-6, 1e-12);
}

TEST(Schedules, CosineRestartsFromTheTop) {
  const Schedule even = make("cosine(1, restarts=3)");
  for (const double start : {0.0, 0.25, 0.5, 0.75}) {
    EXPECT_NEAR(even.at(start), 1, 1e-9) << start;
    EXPECT_NEAR(even.at(start + 0.125), 0.5, 1e-9) << start;
  }
  const Schedule growing = make("cosine(1, restarts=1, growth=3)");  // a quarter, three quarters
  EXPECT_NEAR(growing.at(0.25), 1, 1e-9);
  EXPECT_NEAR(growing.at(0.125), 0.5, 1e-9);
  EXPECT_NEAR(growing.at(0.625), 0.5, 1e-9);
}

TEST(Schedules, PlateauFallsWhenTheLossDoesNot) {
  Schedule schedule = make("plateau(1, factor=0.5, patience=2, minimum=0.2)");
  const auto after = [&](double loss) {
    schedule.note(loss);
    return schedule.at(0.5);
  };
  EXPECT_EQ(after(1.0), 1);
  EXPECT_EQ(after(0.9), 1);
  EXPECT_EQ(after(0.95), 1);
  EXPECT_EQ(after(0.9), 0.5);  // the second epoch without a lower one
  EXPECT_EQ(after(0.8), 0.5);
  for (int i = 0; i < 20; ++i) after(0.8);
  EXPECT_EQ(after(0.8), 0.2);  // not below
}

TEST(Schedules, OthersDoNotLookAtTheLoss) {
  for (const std::string& name : names()) {
    if (name == "plateau") continue;
    Schedule schedule = make(name + "(2)");
    const double before = schedule.at(0.4);
    for (int i = 0; i < 20; ++i) schedule.note(1);
    EXPECT_EQ(schedule.at(0.4), before) << name;
  }
}

}  // namespace
}  // namespace lithe::schedules
