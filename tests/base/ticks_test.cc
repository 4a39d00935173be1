#include "base/ticks.h"

#include <gtest/gtest.h>

#include <chrono>

namespace lithe::base {
namespace {

TEST(Ticks, LastAsLongAsTheSteadyClockSays) {
  const TickClock clock = tick_clock();
  const TickLength length(clock);
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t first = clock.now();
  while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(20)) {
  }
  const std::uint64_t ticks = clock.now() - first;
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  // What another program does between two looks is in one of them alone, so the bound is wide.
  EXPECT_LE(static_cast<double>(ticks) * length.seconds(), passed.count() * 1.5);
  EXPECT_GE(static_cast<double>(ticks) * length.seconds(), 0.01);
}

TEST(Ticks, AStampCostsLessThanAMicrosecond) {
  const double cost = stamp_seconds(tick_clock());
  EXPECT_GT(cost, 0);
  EXPECT_LT(cost, 1e-6);
}

// A clock that is stepped by hand: a length is found for any.
std::uint64_t by_hand = 0;
TEST(Ticks, AClockThatStandsStillHasALengthToo) {
  const TickClock clock{[] { return by_hand; }, "by hand"};
  const TickLength length(clock);
  EXPECT_GE(length.seconds(), 0.002);
  by_hand += 1000;
  EXPECT_LT(length.seconds(), 1);
}

}  // namespace
}  // namespace lithe::base
