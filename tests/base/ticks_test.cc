// The length of a tick, found with clocks that are stepped by hand: no test here depends on time.
#include "base/ticks.h"

#include <gtest/gtest.h>

#include <string>

namespace lithe::base {
namespace {

std::uint64_t ticks = 0, nanoseconds = 0, reads = 0;

std::uint64_t ticks_by_hand() { return ticks; }
std::uint64_t nanoseconds_by_hand() { return nanoseconds; }
// Advances by half a millisecond with each read.
std::uint64_t advancing_nanoseconds() {
  ++reads;
  return nanoseconds += 500'000;
}

TEST(Ticks, LengthIsTheTimePassedOverTheTicks) {
  ticks = 1000, nanoseconds = 5'000'000;
  const TickLength length({ticks_by_hand, "by hand"}, nanoseconds_by_hand);
  ticks += 6000, nanoseconds += 3'000'000;
  EXPECT_DOUBLE_EQ(length.seconds(), 0.5e-6);
  ticks += 6000, nanoseconds += 9'000'000;
  EXPECT_DOUBLE_EQ(length.seconds(), 1e-6);
}

TEST(Ticks, LengthWaitsForTwoMilliseconds) {
  ticks = nanoseconds = reads = 0;
  const TickLength length({ticks_by_hand, "by hand"}, advancing_nanoseconds);
  ticks = 2000;
  EXPECT_DOUBLE_EQ(length.seconds(), 1e-6);
  EXPECT_EQ(reads, 5u);  // one at the start, and four half milliseconds
}

TEST(Ticks, AClockThatStandsStillHasALengthToo) {
  ticks = nanoseconds = 0;
  const TickLength length({ticks_by_hand, "by hand"}, nanoseconds_by_hand);
  nanoseconds = 2'000'000;
  EXPECT_DOUBLE_EQ(length.seconds(), 2e-3);
}

TEST(Ticks, TheClockOfThisMachineRunsForward) {
  const TickClock clock = tick_clock();
  EXPECT_FALSE(std::string(clock.name).empty());
  std::uint64_t last = clock.now();
  const std::uint64_t first = last;
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
  EXPECT_GT(last, first);
}

}  // namespace
}  // namespace lithe::base
